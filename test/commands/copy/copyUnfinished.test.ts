import { join } from 'node:path'
import { ObjectId } from 'bson'
import t, { type Test } from 'tap'
import { copy } from '../../../src/commands/copy/index.js'
import { placeOf } from '../../../src/commands/copy/open.js'
import type { Table } from '../../../src/commands/copy/transfer.js'
import { type Collections, type ConversationDocument, collectionsOf } from '../../../src/store/mongo/collections.js'
import { connectToDatabase } from '../../../src/store/mongo/connect.js'
import { emptyDialog } from '../../../src/store/mongo/messages/addresses.js'
import { open, settleTown, visit } from '../../helpers/commands/town.js'
import { useMongo, withoutMongo } from '../../helpers/mongod.js'

const silent = () => {}

async function openCollections(t: Test, url: string): Promise<Collections> {
  const { client, database } = await connectToDatabase(url, silent)
  t.teardown(() => client.close())
  return collectionsOf(database)
}

/** Leaves the writes of a killed process: a message, a read mark and a new name without a version. */
async function leaveUnfinished({ conversations, messages, ...collections }: Collections): Promise<void> {
  const dialog = (await conversations.findOne({ user1Tag: '@Ann', user2Tag: '@Bob' })) as ConversationDocument
  const _id = new ObjectId()
  await messages.insertOne({
    _id,
    key: `${dialog.a}pending`,
    conversationId: dialog._id,
    users: dialog.users,
    senderId: dialog.a,
    text: 'pending',
    date: new Date(),
    seq: 6,
    sent: 2,
    version: null,
    revision: 1
  })
  const moved = { readSeqA: 4, readCountA: 3, marked: null, markRevision: dialog.markRevision + 1 }
  await conversations.updateOne({ _id: dialog._id }, { $set: moved })
  await collections.users.updateOne(
    { tag: '@Cid' },
    { $set: { firstName: 'Sid', changed: null }, $inc: { revision: 1 } }
  )
  // A second dialog of the same pair in the other order, which no server makes, because all pairs have a dialog.
  const [a, b] = [dialog.b, dialog.a].map(String) as [string, string]
  await conversations.insertOne(emptyDialog({ a, user1Tag: '@Bob', b, user2Tag: '@Ann' }))
}

t.test('a copy first completes the writes of a killed server in MongoDB', { skip: withoutMongo }, async (t) => {
  const newDatabase = await useMongo(t)
  const from = newDatabase(t)
  const town = await settleTown(from)
  const [ann, bob] = town.people.map(({ _id }) => _id) as [string, string]
  await leaveUnfinished(await openCollections(t, from))

  const file = `file:${join(t.testdir(), 'to.db')}`
  for (const to of [file, newDatabase(t)]) {
    await copy([from, to], silent)
    const store = await open(to)
    t.match(await store.messages.list(ann, bob, 0, 1), [{ text: 'pending', seq: 6, senderId: ann, isRead: false }])
    const dialogs = await store.dialogs.list(ann, 0, 9)
    t.match(dialogs, [
      { lastMessage: { text: 'pending' }, readSeq: 4, unreadIncoming: 1, peerReadSeq: 2, unreadOutgoing: 1 },
      { lastMessage: { text: 'bye' } }
    ])
    t.equal(dialogs.length, 2, 'a dialog without a message is not copied')
    const updates = await store.updates.list(bob, town.cursors.at(-1) as string, 99)
    t.equal(updates.messages.at(-1)?.text, 'pending')
    t.match(updates.users, [{ tag: '@Cid', firstName: 'Sid' }])
    const again = { ...town.hello, text: 'pending', clientMessageId: 'pending' }
    t.match(await store.messages.add(again), { isDuplicate: true, message: { seq: 6 } })
    await store.close()
  }
})

t.test('a copy that is killed in its last step is finished by the next run', { skip: withoutMongo }, async (t) => {
  const newDatabase = await useMongo(t)
  const [from, to] = [newDatabase(t), newDatabase(t)]
  const town = await settleTown(from)
  await leaveUnfinished(await openCollections(t, from))
  const people = town.people.map((user) => (user.tag === '@Cid' ? { ...user, firstName: 'Sid' } : user))
  await copy([from, to], silent)
  const source = await placeOf(from).openSource()
  const { version } = await source.state()
  await source.close()
  const mark = { from: source.name, version, kind: 'messages', after: '', done: 0 }
  await (await openCollections(t, to)).settings.insertOne({ _id: 'unfinishedCopy', value: mark })
  await t.rejects(open(to), { message: /unfinished copy/ })

  const lines: string[] = []
  await copy([from, to], (line) => lines.push(line))
  t.match(lines[0], /it goes on/)
  t.same(await visit(t, to, { ...town, people }), await visit(t, from, { ...town, people }))
})

t.test('a change by a server ends the copy', { skip: withoutMongo }, async (t) => {
  const newDatabase = await useMongo(t)
  const url = newDatabase(t)
  await settleTown(url)
  const source = await placeOf(url).openSource()
  t.teardown(() => source.close())
  await leaveUnfinished(await openCollections(t, url))
  for (const kind of ['users', 'dialogs', 'messages'] as const) {
    const table = source.tables[kind] as Table<unknown>
    await t.rejects(table.read('', 99), { message: /^A server has changed the first store\. Stop the servers/ }, kind)
  }
})

t.test(
  'messages without a dialog are copied to MongoDB, and end a copy to a file',
  { skip: withoutMongo },
  async (t) => {
    const newDatabase = await useMongo(t)
    const [url, other] = [newDatabase(t), newDatabase(t)]
    await settleTown(url)
    await (await openCollections(t, url)).conversations.deleteMany({})
    const file = `file:${join(t.testdir(), 'to.db')}`
    await t.rejects(copy([url, file], silent), { message: /has 7 messages, file:\S+to\.db has 0\./ })
    await copy([url, other], silent)
    t.equal(await (await openCollections(t, other)).messages.countDocuments(), 7)
  }
)

t.test('a copy of a dump that is not of one instant has exact counts', { skip: withoutMongo }, async (t) => {
  const newDatabase = await useMongo(t)
  const [sound, url] = [newDatabase(t), newDatabase(t)]
  const town = await settleTown(sound)
  await copy([sound, url], silent)
  const { conversations } = await openCollections(t, url)
  // The dialogs are older than the messages, or have read marks beyond the last message.
  await conversations.updateMany({}, { $set: { lastSeq: 0, lastId: null, sentByA: 0, position: 0 } })
  const view = await visit(t, sound, town)
  const file = `file:${join(t.testdir(), 'to.db')}`
  for (const to of [file, newDatabase(t)]) {
    await copy([url, to], silent)
    t.same(await visit(t, to, town), view)
  }

  await conversations.updateMany({}, { $set: { readSeqA: 99, readSeqB: 99 } })
  for (const to of [`${file}2`, newDatabase(t)]) {
    await copy([url, to], silent)
    const store = await open(to)
    for (const { _id } of town.people) {
      const dialogs = await store.dialogs.list(_id, 0, 9)
      for (const { unreadIncoming, unreadOutgoing } of dialogs) t.same([unreadIncoming, unreadOutgoing], [0, 0])
    }
    await store.close()
  }
})
