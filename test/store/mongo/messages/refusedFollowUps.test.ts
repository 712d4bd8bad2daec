import { Collection, ObjectId } from 'mongodb'
import t, { type Test } from 'tap'
import type { AddedMessage, StoredUser } from '../../../../src/store/records.js'
import type { Store } from '../../../../src/store/store.js'
import { openProcesses, type Processes } from '../../../helpers/mongo/processes.js'
import { useMongo, withoutMongo } from '../../../helpers/mongod.js'

type BulkWrite = typeof Collection.prototype.bulkWrite

interface Update {
  updateOne?: { filter: { _id: ObjectId }; update: { $set: object } }
}

/** Lets the engine refuse derived updates of some documents: it never changes an `_id`. */
function refuseUpdates(t: Test, isRefused: (collection: string, _id: ObjectId) => boolean) {
  const { bulkWrite } = Collection.prototype
  let refused = 0
  const { restore } = t.intercept(Collection.prototype, 'bulkWrite', {
    value: function (this: Collection, operations: Update[], ...rest: never[]) {
      const spoilt = operations.map((operation) => {
        // Inserts come here, too.
        if (!operation.updateOne) return operation
        const { filter, update } = operation.updateOne
        if (!isRefused(this.collectionName, filter._id)) return operation
        refused++
        return { updateOne: { filter, update: { ...update, $set: { ...update.$set, _id: new ObjectId() } } } }
      })
      return bulkWrite.call(this, spoilt as never, ...rest)
    } as unknown as BulkWrite
  })
  return { restore, count: () => refused }
}

/** Ann writes to bob and to cid, in one group. */
async function sayToBoth({ store, ann, bob, cid }: Processes, numbers: number[]): Promise<AddedMessage[]> {
  const sent = numbers.flatMap((number) =>
    [bob, cid].map(({ tag }) => {
      return store.messages.add({
        sender: ann,
        receiverTag: tag,
        text: `${number}`,
        clientMessageId: `${number}${tag}`
      })
    })
  )
  return Promise.all(sent)
}

async function checkPerson(t: Test, store: Store, [reader, peer]: [StoredUser, StoredUser], cursor: string) {
  const texts = ['0', '1', '2', '3', '4']
  const updates = await store.updates.list(reader._id, cursor, 99)
  t.same(
    updates.messages.map(({ text }) => text),
    texts,
    `updates tell ${reader.tag} of each once, in order`
  )
  const dialogs = await store.dialogs.list(reader._id, 0, 9)
  t.match(dialogs, [{ peer: { tag: peer.tag }, lastMessage: { text: '4', seq: 5 }, unreadIncoming: 5 }])
  const history = await store.messages.list(reader._id, peer._id, 0, 99)
  t.same(
    history.map(({ text }) => text),
    texts.toReversed()
  )
}

t.test('a derived update that the engine refuses', { skip: withoutMongo }, async (t) => {
  const newDatabase = await useMongo(t)
  const cases: { why: string; isRefused(collection: string, _id: ObjectId, dialog: ObjectId): boolean }[] = [
    { why: 'of one dialog', isRefused: (name, _id, dialog) => name === 'conversations' && _id.equals(dialog) },
    { why: 'of every dialog', isRefused: (collection) => collection === 'conversations' },
    { why: 'of every message', isRefused: (collection) => collection === 'messages' },
    { why: 'whatever it updates', isRefused: () => true }
  ]
  for (const { why, isRefused } of cases) {
    await t.test(why, async (t) => {
      const processes = await openProcesses(t, newDatabase(t))
      const { store, ann, bob, cid, collections, findDialog } = processes
      const cursor = await store.updates.newestCursor()
      await sayToBoth(processes, [0])
      const dialog = await findDialog()
      await store.updates.newestCursor()
      const refusing = refuseUpdates(t, (collection, _id) => isRefused(collection, _id, dialog))
      const added = await sayToBoth(processes, [1, 2, 3])
      t.match(added, Array(6).fill({ isDuplicate: false, needsPush: true }), 'each message is acknowledged')
      await store.updates.newestCursor()
      t.ok(refusing.count() > 0)
      await t.rejects(store.updates.list(bob._id, cursor, 99), 'bob is not told of a part')
      t.match(await store.messages.list(bob._id, ann._id, 0, 9), [{ text: '3' }, {}, {}, {}], 'histories go on')
      t.match(await sayToBoth(processes, [3, 4]), [
        { isDuplicate: true },
        { isDuplicate: true },
        { isDuplicate: false },
        { isDuplicate: false }
      ])
      await store.updates.newestCursor()
      refusing.restore()

      for (const person of [bob, cid]) await checkPerson(t, store, [person, ann], cursor)
      t.equal((await store.updates.list(ann._id, cursor, 99)).messages.length, 10)
      t.equal(await collections.messages.countDocuments(), 10)
    })
  }

  t.test('of one dialog lets readers of other dialogs read', async (t) => {
    const processes = await openProcesses(t, newDatabase(t))
    const { store, ann, cid, findDialog } = processes
    const cursor = await store.updates.newestCursor()
    await sayToBoth(processes, [0])
    const dialog = await findDialog()
    const refusing = refuseUpdates(t, (name, _id) => name === 'conversations' && _id.equals(dialog))
    await sayToBoth(processes, [1, 2, 3, 4])
    await checkPerson(t, store, [cid, ann], cursor)
    t.ok(refusing.count() > 0)
  })

  t.test('and what is late is there for a reader', async (t) => {
    const processes = await openProcesses(t, newDatabase(t))
    const { ann, bob, join } = processes
    const other = await join()
    const cursor = await other.updates.newestCursor()
    const { findOneAndUpdate } = Collection.prototype
    let release = () => {}
    const late = new Promise<void>((resolve) => {
      release = resolve
    })
    let isFirst = true
    t.intercept(Collection.prototype, 'findOneAndUpdate', {
      value: async function (this: Collection, ...args: Parameters<typeof findOneAndUpdate>) {
        const taken = await findOneAndUpdate.apply(this, args)
        if (isFirst) {
          isFirst = false
          await late
        }
        return taken
      } as typeof findOneAndUpdate
    })
    await sayToBoth(processes, [0, 1, 2, 3, 4])
    await checkPerson(t, other, [bob, ann], cursor)
    release()
    await processes.store.updates.newestCursor()
    await checkPerson(t, other, [bob, ann], cursor)
  })
})
