import { Collection, ObjectId } from 'mongodb'
import t from 'tap'
import { AppError } from '../../../../src/errors.js'
import { openVersions } from '../../../../src/store/mongo/versions.js'
import { openProcesses, type Processes } from '../../../helpers/mongo/processes.js'
import { useMongo, withoutMongo } from '../../../helpers/mongod.js'

const newest = 900
const versionOf = (cursor: string) => Number(cursor.split('.')[1])

t.test('the counter of versions', { skip: withoutMongo }, async (t) => {
  const newDatabase = await useMongo(t)
  const setBack = ({ collections: { settings } }: Processes) =>
    settings.updateOne({ _id: 'version' }, { $set: { value: 0 as never } })

  const cases: { why: string; damage(processes: Processes): Promise<unknown> }[] = [
    {
      why: 'of a message',
      damage: ({ collections: { messages } }) => messages.updateOne({ text: 'two' }, { $set: { version: newest } })
    },
    {
      why: 'of a read mark',
      damage: ({ collections: { conversations } }) => conversations.updateOne({}, { $set: { marked: newest } })
    },
    {
      why: 'of a change of a user',
      damage: ({ ann, collections: { users } }) =>
        users.updateOne({ _id: new ObjectId(ann._id) }, { $set: { changed: newest } })
    },
    {
      why: 'that a dialog names for a message',
      async damage({ collections: { conversations, messages } }) {
        await messages.updateMany({}, { $set: { version: null } })
        await conversations.updateOne({}, { $set: { position: newest, lastVersions: [newest - 1, newest] } })
      }
    }
  ]
  t.test('gives no version where it is missing', async (t) => {
    const { collections } = await openProcesses(t, newDatabase(t))
    const versions = await openVersions(collections)
    await collections.settings.deleteOne({ _id: 'version' })
    await t.rejects(versions.take(1), { message: 'The counter of versions is missing.' })
  })

  for (const { why, damage } of cases) {
    await t.test(`is raised at a start to the newest version, one ${why}`, async (t) => {
      const processes = await openProcesses(t, newDatabase(t))
      const { store, ann, bob, say, join } = processes
      const start = await store.updates.newestCursor()
      await say('one')
      await say('two')
      await store.dialogs.markAsRead(bob._id, ann._id, 1)
      await store.dialogs.list(bob._id, 0, 9)
      await damage(processes)
      await setBack(processes)
      const by = await join()
      t.equal(versionOf(await by.updates.newestCursor()), newest)
      t.match(await by.updates.list(bob._id, start, 9), { messages: [{ text: 'one' }, { text: 'two' }] })
      const cursor = await by.updates.newestCursor()
      await say('three', undefined, by)
      t.match(await by.updates.list(bob._id, cursor, 9), { messages: [{ text: 'three' }] })
    })
  }

  t.test('is read for certain before a cursor above it is refused', async (t) => {
    const { store, ann, say, collections } = await openProcesses(t, newDatabase(t))
    await say('one')
    const cursor = await store.updates.newestCursor()
    const [epoch, version] = cursor.split('.') as [string, string]
    const refusal = new AppError('invalidParams', 'is no cursor of this server: load everything anew')
    await t.rejects(store.updates.list(ann._id, `${epoch}.${Number(version) + 1}`, 9), refusal)
    t.match(await store.updates.list(ann._id, cursor, 9), { cursor })

    const reads = t.capture(Collection.prototype, 'findOne', async () => ({ value: 7 }))
    const versions = await openVersions({ ...collections, settings: collections.settings }, true)
    reads()
    t.equal(await versions.certain(), 7)
    t.match(
      reads()[0]?.args[1],
      { readConcern: { level: 'linearizable' } },
      'a new primary may not know it for a moment'
    )
  })

  t.test('gives a message a version only when there is an end to it', async (t) => {
    const { store, bob, leave, collections } = await openProcesses(t, newDatabase(t))
    await leave('left')
    const { bulkWrite } = Collection.prototype
    let attempts = 0
    const intercepted = t.intercept(Collection.prototype, 'bulkWrite', {
      value: async function (this: Collection) {
        if (this.collectionName === 'conversations') attempts++
        return { matchedCount: 0 }
      } as unknown as typeof bulkWrite
    })
    await t.rejects(store.dialogs.list(bob._id, 0, 9), {
      message: 'Other processes do not let this one complete a message.'
    })
    t.equal(attempts, 100)
    intercepted.restore()
    t.match(await store.dialogs.list(bob._id, 0, 9), [{ lastMessage: { text: 'left' } }])
    t.equal(await collections.messages.countDocuments({ version: null }), 0)
  })
})
