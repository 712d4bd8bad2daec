import { ObjectId } from 'bson'
import t, { type Test } from 'tap'
import type { MessageDocument } from '../../../src/store/mongo/collections.js'
import type { Store } from '../../../src/store/store.js'
import { useMongo, withoutMongo } from '../../mongod.js'
import { openProcesses, type Processes } from './processes.js'

/** Five messages of ann, of which bob has read all. */
async function talk({ store, ann, bob, say }: Processes) {
  for (const text of ['1', '2', '3', '4', '5']) await say(text)
  await store.markAsRead(bob._id, ann._id)
  await store.listDialogs(bob._id, 0, 9)
}

/** Everything that two people read of their dialog; nothing of it may fail. */
async function readAll(by: Store, { ann, bob }: Processes, cursor: string) {
  for (const [one, other] of [
    [ann, bob],
    [bob, ann]
  ] as const) {
    await by.listDialogs(one._id, 0, 9)
    await by.listContactIds(one._id)
    await by.findContacts({ tagPart: 'b' }, one._id, 9)
    await by.listMessages(one._id, other._id, 0, 99)
    await by.listMessagesBySeq(one._id, other._id, 1, 99)
    await by.listUpdates(one._id, cursor, 99)
  }
}

/** A message is stored once, with a number, and everybody sees it. */
async function sendOne(t: Test, by: Store, processes: Processes, seq: number) {
  const { ann, bob, say } = processes
  const cursor = await by.newestCursor()
  const added = await say('new', 'an id', by)
  t.match(added, { isDuplicate: false, isUntold: true, message: { text: 'new', seq } })
  const again = await say('new', 'an id', by)
  t.match(again, { isDuplicate: true, message: added.message }, 'it is stored once')
  for (const [one, other] of [
    [ann, bob],
    [bob, ann]
  ] as const) {
    t.match((await by.listMessages(one._id, other._id, 0, 1))[0], { text: 'new', seq })
    t.match((await by.listMessagesBySeq(one._id, other._id, seq, 99)).at(-1), { text: 'new', seq })
    t.match(await by.listDialogs(one._id, 0, 9), [{ lastMessage: { text: 'new', seq, isRead: false } }])
    const { messages, cursor: next } = await by.listUpdates(one._id, cursor, 99)
    t.match(messages.at(-1), { text: 'new', seq }, 'updates tell of it')
    t.match(await by.listUpdates(one._id, next, 99), { messages: [] }, 'once')
  }
  const [dialog] = await by.listDialogs(bob._id, 0, 9)
  t.ok(dialog && dialog.unreadIncoming > 0, 'it is unread')
  t.match(await by.markAsRead(bob._id, ann._id), { hasMoved: true, upToSeq: seq, unreadCount: 0 })
  t.match(await say('next', undefined, by), { message: { seq: seq + 1 } })
  t.match(await by.listDialogs(bob._id, 0, 9), [{ lastMessage: { text: 'next' }, unreadIncoming: 1 }])
}

t.test('a dialog that does not fit its messages', { skip: withoutMongo }, async (t) => {
  const newDatabase = await useMongo(t)
  const cases: { why: string; seq: number; damage(processes: Processes): Promise<unknown> }[] = [
    { why: 'all is there', seq: 6, damage: async () => {} },
    {
      why: 'the dialog is older than its messages',
      seq: 6,
      async damage({ collections: { conversations, messages } }) {
        const second = (await messages.findOne({ seq: 2 })) as MessageDocument
        const { _id: lastId, version } = second
        const former = { lastSeq: 2, lastId, lastVersions: [version], position: version, readSeqB: 1, readSeqA: 1 }
        await conversations.updateOne({}, { $set: former as never })
      }
    },
    {
      why: 'the dialog is newer than its messages',
      seq: 4,
      damage: ({ collections }) => collections.messages.deleteMany({ seq: { $gt: 3 } })
    },
    {
      why: 'the dialog is newer than its messages, which have no version yet',
      seq: 4,
      async damage({ collections: { messages } }) {
        await messages.deleteMany({ seq: { $gt: 3 } })
        await messages.updateMany({ seq: { $gt: 1 } }, { $set: { version: null } })
      }
    },
    {
      why: 'the last message is missing',
      seq: 5,
      damage: ({ collections }) => collections.messages.deleteOne({ seq: 5 })
    },
    {
      why: 'a message in between is missing',
      seq: 6,
      damage: ({ collections }) => collections.messages.deleteOne({ seq: 3 })
    },
    {
      why: 'all messages are missing',
      seq: 1,
      damage: ({ collections }) => collections.messages.deleteMany({})
    },
    {
      why: 'the dialog is missing',
      seq: 1,
      damage: ({ collections }) => collections.conversations.deleteMany({})
    },
    {
      why: 'the dialog is missing, and its messages have no version yet',
      seq: 1,
      async damage({ collections: { conversations, messages } }) {
        await conversations.deleteMany({})
        await messages.updateMany({}, { $set: { version: null } })
      }
    }
  ]
  for (const { why, seq, damage } of cases) {
    await t.test(why, async (t) => {
      const processes = await openProcesses(t, newDatabase(t))
      const start = await processes.store.newestCursor()
      await talk(processes)
      await damage(processes)
      const { collections, ann, bob, say } = processes

      const unaware = await processes.join()
      await readAll(unaware, processes, start)
      t.match(await say('unaware', undefined, unaware), { isDuplicate: false, message: { seq } }, 'without the recipe')
      t.match(await unaware.listMessages(ann._id, bob._id, 0, 1), [{ text: 'unaware', seq }])
      await readAll(unaware, processes, start)
      await unaware.close()

      await collections.messages.deleteOne({ text: 'unaware' })
      await collections.epochs.deleteMany({})
      const by = await processes.join()
      const since = await by.newestCursor()
      await readAll(by, processes, since)
      await sendOne(t, by, processes, seq)
      await readAll(by, processes, since)
    })
  }

  t.test('a number that belongs to another message already costs no message', async (t) => {
    const processes = await openProcesses(t, newDatabase(t))
    await talk(processes)
    const { collections, store, history } = processes
    const last = (await collections.messages.findOne({ seq: 5 })) as MessageDocument
    const _id = new ObjectId()
    await collections.messages.insertOne({ ...last, _id, key: _id, seq: 6, sent: 6, text: 'restored', version: null })
    await sendOne(t, store, processes, 7)
    t.same(await history(), ['1 1', '2 2', '3 3', '4 4', '5 5', '6 restored', '7 new', '8 next'])
  })
})
