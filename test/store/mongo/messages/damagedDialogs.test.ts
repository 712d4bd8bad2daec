import { ObjectId } from 'bson'
import t from 'tap'
import type { MessageDocument } from '../../../../src/store/mongo/collections.js'
import { readAll, sendOne, talk } from '../../../helpers/mongo/dialogChecks.js'
import { openProcesses, type Processes } from '../../../helpers/mongo/processes.js'
import { useMongo, withoutMongo } from '../../../helpers/mongod.js'

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
      const start = await processes.store.updates.newestCursor()
      await talk(processes)
      await damage(processes)
      const { collections, ann, bob, say } = processes

      const unaware = await processes.join()
      await readAll(unaware, processes, start)
      t.match(await say('unaware', undefined, unaware), { isDuplicate: false, message: { seq } }, 'without the recipe')
      t.match(await unaware.messages.list(ann._id, bob._id, 0, 1), [{ text: 'unaware', seq }])
      await readAll(unaware, processes, start)
      await unaware.close()

      await collections.messages.deleteOne({ text: 'unaware' })
      await collections.epochs.deleteMany({})
      const by = await processes.join()
      const since = await by.updates.newestCursor()
      await readAll(by, processes, since)
      await readAll(by, processes, since.replace(/\..*/, '.0'))
      await sendOne(t, by, processes, seq)
      await readAll(by, processes, since)
    })
  }

  t.test('a dialog with a user who is missing is not listed', async (t) => {
    const processes = await openProcesses(t, newDatabase(t))
    const { ann, bob, store, collections } = processes
    const start = await store.updates.newestCursor()
    await talk(processes)
    await collections.users.deleteOne({ _id: new ObjectId(ann._id) })
    t.same(await store.dialogs.list(bob._id, 0, 9), [])
    t.match(await store.updates.list(bob._id, start, 9), { dialogs: [], messages: [] })
  })

  t.test('a number that belongs to another message already costs no message', async (t) => {
    const processes = await openProcesses(t, newDatabase(t))
    await talk(processes)
    const { collections, store, history } = processes
    const last = (await collections.messages.findOne({ seq: 5 })) as MessageDocument
    const _id = new ObjectId()
    await collections.messages.insertOne({
      ...last,
      _id,
      key: _id,
      seq: 6,
      sent: last.sent + 1,
      text: 'restored',
      version: null
    })
    await sendOne(t, store, processes, 7)
    t.same(await history(), ['1 1', '2 2', '3 3', '4 4', '5 5', '6 restored', '7 new', '8 next'])
  })

  t.test('histories go on when the document of the dialog goes while a process runs', async (t) => {
    const processes = await openProcesses(t, newDatabase(t))
    const { store, ann, bob, collections } = processes
    await talk(processes)
    await collections.conversations.deleteMany({})
    t.match(await store.messages.list(ann._id, bob._id, 0, 1), [{ text: '5', isRead: false }])
  })
})
