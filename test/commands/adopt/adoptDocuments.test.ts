import type { Document } from 'mongodb'
import t, { type Test } from 'tap'
import { run } from '../../helpers/commands/adopted.js'
import { createLegacyDatabase } from '../../helpers/commands/legacy.js'
import { open } from '../../helpers/commands/town.js'
import { useMongo, withoutMongo } from '../../helpers/mongod.js'
import { formerEmails, testFormerEmails } from '../../helpers/store/formerEmails.js'

t.test('MongoDB', { skip: withoutMongo }, async (t) => {
  const newDatabase = await useMongo(t)
  const legacy = (t: Test) => createLegacyDatabase(t, newDatabase(t))

  t.test('adopted documents have every field of new ones', async (t) => {
    const old = await legacy(t)
    const annId = await old.signUp('@ann', { lastName: 'Lee' })
    const bobId = await old.signUp('@bob')
    const conversationId = await old.meet('@bob', '@ann')
    const lines = ['@ann > @bob: 1', '@bob > @ann: 2', '@ann > @bob: 3', '@bob > @ann: 4', '@ann > @bob: 5']
    await old.sayAll(lines, (index) => ({ isRead: index < 2 }))
    await run(old.url)

    const ann = (await old.users.findOne({ _id: annId })) as Document
    t.match(ann, { changed: 0, revision: 1, emailKey: 'ann@test.example', nameKeys: ['FIRSTLEE', 'LEEFIRST'] })
    t.notOk('untoldChange' in ann)

    const messages = await old.messages.find().sort({ seq: 1 }).toArray()
    const expected = [
      { text: '1', seq: 1, sent: 1, senderId: annId },
      { text: '2', seq: 2, sent: 1, senderId: bobId },
      { text: '3', seq: 3, sent: 2, senderId: annId },
      { text: '4', seq: 4, sent: 2, senderId: bobId },
      { text: '5', seq: 5, sent: 3, senderId: annId }
    ]
    t.equal(messages.length, expected.length)
    for (const [index, { _id, ...message }] of messages.entries()) {
      const all = { key: _id, conversationId, users: [annId, bobId], version: index + 1, revision: 1 }
      t.match(message, { ...expected[index], ...all, date: Date })
    }

    const last = messages.at(-1) as Document
    t.strictSame(
      sorted(await old.conversations.findOne()),
      sorted({
        _id: conversationId,
        a: annId,
        b: bobId,
        users: [annId, bobId],
        user1Tag: '@ann',
        user2Tag: '@bob',
        lastSeq: 5,
        lastId: last._id,
        sentByA: 3,
        position: 5,
        lastVersions: [5],
        // Bob's message 4 and Ann's messages 3 and 5 are unread.
        readSeqA: 3,
        readCountA: 1,
        readSeqB: 2,
        readCountB: 1,
        marked: 0,
        markRevision: 0
      })
    )
  })

  t.test('a side that has read everything has read the other one’s last message', async (t) => {
    const old = await legacy(t)
    for (const tag of ['@ann', '@bob']) await old.signUp(tag)
    for (const line of ['@ann > @bob: 1', '@ann > @bob: 2', '@bob > @ann: 3']) await old.say(line)
    await run(old.url)
    t.match(await old.conversations.find().toArray(), [
      { lastSeq: 3, sentByA: 2, readSeqA: 3, readCountA: 1, readSeqB: 3, readCountB: 2 }
    ])
  })

  t.test('a message that came between two runs is numbered after the others', async (t) => {
    const old = await legacy(t)
    for (const tag of ['@ann', '@bob']) await old.signUp(tag)
    for (const line of ['@ann > @bob: 1', '@bob > @ann: 2']) await old.say(line)
    await run(old.url)
    await old.say('@ann > @bob: early', { date: new Date(0), isRead: false })
    await old.meet('@ann', '@bob')
    await run(old.url)
    t.match(await old.messages.find().sort({ seq: 1 }).toArray(), [
      { text: '1', seq: 1, sent: 1, version: 1 },
      { text: '2', seq: 2, sent: 1, version: 2 },
      { text: 'early', seq: 3, sent: 2, version: 3 }
    ])
    t.match(await old.conversations.find().toArray(), [
      { lastSeq: 3, sentByA: 2, position: 3, readSeqA: 3, readCountA: 1, readSeqB: 2, readCountB: 1 }
    ])
  })

  t.test('each user logs in with the address as it was written', async (t) => {
    const old = await legacy(t)
    for (const [number, email] of formerEmails.entries()) await old.signUp(`@n${number}`, { email })
    await run(old.url)
    const store = await open(old.url)
    t.teardown(() => store.close())
    await testFormerEmails(t, store)
  })

  t.test('an adoption whose keys the database refuses does not end', async (t) => {
    const old = await legacy(t)
    await old.signUp('@ann', { email: 'me@b\u00fccher.example' })
    const { Collection } = await import('mongodb')
    const { updateOne } = Collection.prototype
    const broken = t.intercept(Collection.prototype, 'updateOne', {
      value(this: never, ...args: Parameters<typeof updateOne>) {
        const [, update] = args as [Document, Document]
        return update.$set?.emailKey ? Promise.reject(new Error('not primary')) : updateOne.apply(this, args)
      }
    })
    await t.rejects(run(old.url), { message: 'not primary' })
    broken.restore()
    await t.rejects(open(old.url), { message: /This is a legacy database/ })
    await run(old.url)
    t.match(await old.users.findOne(), { emailKey: 'me@xn--bcher-kva.example' })
  })
})

/** Returns a document with its fields in alphabetical order. */
const sorted = (document: Document | null) => Object.fromEntries(Object.entries(document as Document).sort())
