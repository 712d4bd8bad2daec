import t, { type Test } from 'tap'
import type { AddedMessage } from '../../../../src/store/records.js'
import type { Store } from '../../../../src/store/store.js'
import { openProcesses, type Processes } from '../../../helpers/mongo/processes.js'
import { useMongo, withoutMongo } from '../../../helpers/mongod.js'
import { openMongoWire } from '../../../helpers/mongoWire.js'

const writers = 4
const messagesOfEach = 100
const messagesAtOnce = 25
// One that always loses against three others needs four of them for a message.
const maxInsertsPerMessage = 4

async function joinAll({ store, join }: Processes): Promise<Store[]> {
  const others = await Promise.all(Array.from({ length: writers - 1 }, join))
  return [store, ...others]
}

/** The whole dialog by its numbers: without a gap, each message once, and those of each writer in order. */
async function checkHistory(t: Test, { store, ann, bob }: Processes, count: number) {
  const messages = await store.messages.listBySeq(ann._id, bob._id, 1, count + 1)
  t.same(
    messages.map(({ seq }) => seq),
    messages.map((_, index) => index + 1),
    'no gap'
  )
  t.equal(new Set(messages.map(({ text }) => text)).size, count, 'no double')
  t.equal(messages.length, count)
  const dates = messages.map(({ date }) => date)
  t.same(dates, dates.toSorted(), 'no date before the one of the previous message')
  for (const writer of new Set(messages.map(({ text }) => text.split('/')[0]))) {
    const own = messages.filter(({ text }) => text.startsWith(`${writer}/`))
    const order = own.map(({ text }) => Number(text.split('/')[1]))
    t.same(
      order,
      order.toSorted((one, other) => one - other),
      `the order of ${writer} is kept`
    )
  }
  return messages
}

t.test('four processes write into one dialog', { skip: withoutMongo }, async (t) => {
  const newDatabase = await useMongo(t)

  t.test('without a pause, one message each at a time', async (t) => {
    const url = newDatabase(t)
    const wire = await openMongoWire(t, url)
    const processes = await openProcesses(t, url, wire.url)
    const stores = await joinAll(processes)
    const { store, ann, bob, say } = processes
    const cursor = await store.updates.newestCursor()
    wire.counts.clear()
    const added: AddedMessage[] = []
    await Promise.all(
      stores.map(async (by, writer) => {
        for (let number = 0; number < messagesOfEach; number++)
          added.push(await say(`${writer}/${number}`, undefined, by))
      })
    )
    const inserts = wire.counts.get('insert messages') as number
    const count = writers * messagesOfEach
    t.comment(`${inserts} inserts for ${count} messages, ${(inserts / count).toFixed(2)} for each`)
    t.ok(inserts <= count * maxInsertsPerMessage, 'retries are bounded')

    const messages = await checkHistory(t, processes, count)
    const told = new Map(added.map(({ message }) => [message._id, message.seq]))
    t.same(
      messages.map(({ _id }) => told.get(_id)),
      messages.map(({ seq }) => seq),
      'as each was told'
    )
    const updates = await store.updates.list(bob._id, cursor, count + 1)
    t.same(updates.messages, messages, 'updates tell of all, in order')
    for (const by of stores)
      t.match(await by.dialogs.list(bob._id, 0, 9), [{ unreadIncoming: count, lastMessage: { seq: count } }])
    t.match(await store.dialogs.list(ann._id, 0, 9), [{ unreadOutgoing: count }])
  })

  t.test('many at a time', async (t) => {
    const processes = await openProcesses(t, newDatabase(t))
    const stores = await joinAll(processes)
    const sent = stores.flatMap((by, writer) =>
      Array.from({ length: messagesAtOnce }, (_, number) =>
        processes.say(`${writer}/${number}`, `${writer}/${number}`, by)
      )
    )
    await Promise.all(sent)
    await checkHistory(t, processes, writers * messagesAtOnce)
  })
})

t.test('the first messages of a new dialog come from two processes at once', { skip: withoutMongo }, async (t) => {
  const newDatabase = await useMongo(t)
  for (let round = 0; round < 10; round++) {
    const processes = await openProcesses(t, newDatabase(t))
    const { store, ann, bob, join, say, collections } = processes
    const other = await join()
    const cursor = await store.updates.newestCursor()
    const answer = { sender: bob, receiverTag: ann.tag, text: 'bob/0' }
    const [first, second] = await Promise.all([say('ann/0'), other.messages.add(answer)])
    t.same([first.message.seq, second.message.seq].sort(), [1, 2])
    t.equal(await collections.conversations.countDocuments(), 1, 'in one dialog')
    await checkHistory(t, processes, 2)
    for (const by of [store, other]) {
      for (const { _id } of [ann, bob]) {
        t.equal((await by.updates.list(_id, cursor, 9)).messages.length, 2)
        t.match(await by.dialogs.list(_id, 0, 9), [{ unreadIncoming: 1, unreadOutgoing: 1, lastMessage: { seq: 2 } }])
      }
    }
  }
})
