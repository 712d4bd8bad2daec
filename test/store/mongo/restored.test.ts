import type { ObjectId } from 'mongodb'
import t from 'tap'
import { AppError } from '../../../src/errors.js'
import type { Collections } from '../../../src/store/mongo/collections.js'
import { openProcesses } from '../../helpers/mongo/processes.js'
import { useMongo, withoutMongo } from '../../helpers/mongod.js'

interface Dump {
  why: string
  /** Makes of the database what a dump of different moments is. */
  damage(collections: Collections, dialog: ObjectId): Promise<unknown>
  /** Number of the five messages that are left. */
  left: number
  readSeq: number
}

const refusal = new AppError('invalidParams', 'is no cursor of this server: load everything anew')

const dumps: Dump[] = [
  { why: 'a dump of one instant', damage: async () => {}, left: 5, readSeq: 4 },
  {
    why: 'the dialog is newer than its messages',
    damage: ({ messages }) => messages.deleteMany({ seq: { $gt: 2 } }),
    left: 2,
    readSeq: 2
  },
  {
    why: 'all messages of the dialog are missing',
    damage: ({ messages }) => messages.deleteMany({}),
    left: 0,
    readSeq: 0
  },
  {
    why: 'the dialog is older than its messages',
    damage: ({ conversations, messages }, _id) =>
      Promise.all([
        messages.findOne({ seq: 2 }).then((message) => {
          const former = { lastSeq: 2, lastId: message?._id as ObjectId, sentByA: 2, lastVersions: [2], position: 2 }
          return conversations.updateOne(
            { _id },
            { $set: { ...former, readSeqA: 1, readSeqB: 1, readCountA: 1, readCountB: 1 } }
          )
        })
      ]),
    left: 5,
    readSeq: 1
  },
  {
    why: 'the dialog is missing',
    damage: ({ conversations }) => conversations.deleteMany({}),
    left: 5,
    readSeq: 0
  },
  {
    why: 'the newest messages have no versions',
    damage: ({ messages }) => messages.updateMany({ seq: { $gt: 3 } }, { $set: { version: null } }),
    left: 5,
    readSeq: 4
  }
]

t.test('a database that is restored from a dump', { skip: withoutMongo }, async (t) => {
  const newDatabase = await useMongo(t)
  for (const { why, damage, left, readSeq } of dumps) {
    await t.test(why, async (t) => {
      const { store, ann, bob, collections, join, say } = await openProcesses(t, newDatabase(t))
      for (let number = 1; number <= 5; number++) await say(`${number}`)
      await store.dialogs.markAsRead(bob._id, ann._id, 4)
      const cursor = await store.updates.newestCursor()
      await store.close()
      const dialog = await collections.conversations.findOne()
      await damage(collections, dialog?._id as ObjectId)
      await collections.epochs.deleteMany({})

      const restored = await join()
      const listed = await restored.dialogs.list(bob._id, 0, 9)
      const expected = { readSeq, unreadIncoming: left - readSeq, lastMessage: { seq: left, text: `${left}` } }
      t.match(listed, left > 0 ? [expected] : [])
      await t.rejects(restored.updates.list(bob._id, cursor, 9), refusal, 'a former cursor is refused')

      const since = await restored.updates.newestCursor()
      t.match(await say('new', undefined, restored), { message: { seq: left + 1 } })
      t.match(await restored.updates.list(bob._id, since, 9), {
        messages: [{ text: 'new', isRead: false }],
        hasMore: false
      })
      t.match(await restored.dialogs.list(bob._id, 0, 9), [
        { readSeq, unreadIncoming: left + 1 - readSeq, lastMessage: { text: 'new', seq: left + 1 } }
      ])
    })
  }
})
