import { join } from 'node:path'
import { type Document, ObjectId } from 'mongodb'
import t, { type Test } from 'tap'
import { connect, dialogsOf, historyOf, type Listed, logIn, run, serve } from '../../helpers/commands/adopted.js'
import { spawnAdopt } from '../../helpers/commands/adoptProcess.js'
import { createLegacyDatabase, minute, start } from '../../helpers/commands/legacy.js'
import { reportOf } from '../../helpers/messengerProcess.js'
import { useMongo, withoutMongo } from '../../helpers/mongod.js'

t.test('MongoDB', { skip: withoutMongo }, async (t) => {
  const newDatabase = await useMongo(t)
  const legacyDatabase = (t: Test) => createLegacyDatabase(t, newDatabase(t))

  t.test('Ann and Bob continue their dialog', async (t) => {
    const old = await legacyDatabase(t)
    for (const tag of ['@ann', '@bob', '@cid']) await old.signUp(tag)
    const first = await old.meet('@ann', '@bob')
    await old.meet('@bob', '@cid')
    const double = await old.meet('@ann', '@bob')
    const swapped = await old.meet('@bob', '@ann')
    await old.say('@ann > @bob: one', { conversationId: first })
    await old.say('@cid > @bob: hello', { date: start + 10 * minute })
    await old.say('@BOB > @ann: two', { conversationId: swapped, date: start + 2 * minute })
    await old.say('@ann > @Bob: three', { conversationId: double, date: new Date(start + 3 * minute).toISOString() })
    await old.say('@ann > @bob: four', { conversationId: new ObjectId(), isRead: false })
    await old.say('@bob > @ann: five', { conversationId: first, isRead: false })
    await old.say('@ann > @bob: six', { conversationId: first, isRead: true })
    await old.say('@ann > @cid: nobody has introduced us')
    const undated = await old.say('@cid > @ann: when was it', { date: 'never', isRead: false })
    await old.say('@cid > @ann: I know nothing of time', { date: null, _id: new ObjectId('5f0000000000000000000000') })

    t.same(await run(old.url), [
      'Adopting users',
      'Adopting conversations',
      'Adopting messages',
      'Adopting pictures',
      'Adopted: 3 users, 3 dialogs, 10 messages.',
      'Left out: conversations that were double, since all messages of the two are in the other one now: 2',
      'What is left out is in the collection leftOut.'
    ])

    const server = await serve(t, old)
    const ann = await connect(t, server, 'ann')
    const bob = await connect(t, server, 'bob')
    const history = ['1 @ann: one', '2 @bob: two', '3 @ann: three', '4 @ann: four*', '5 @bob: five*', '6 @ann: six*']
    t.same(await historyOf(ann, '@bob'), history)
    t.same(await historyOf(bob, '@ann'), history)
    t.same(await dialogsOf(ann), ['@cid: I know nothing of time (2 of 2)', '@bob: six (1 of 3)'])
    t.same(await dialogsOf(bob), ['@cid: hello (0 of 0)', '@ann: six (2 of 3)'])
    const [two] = (await ann.call<Listed[]>('getMessagesBySeq', ['@bob', 2, 2])) as [Listed]
    t.equal(two.date, new Date(start + 2 * minute).toISOString())
    const listed = await ann.call<Listed[]>('getMessagesWithUser', ['@cid'])
    t.equal(listed.find(({ text }) => text === 'when was it')?.date, undated.getTimestamp().toISOString())

    await bob.call('markMessagesWithUserAsRead', ['@ann'])
    const { message } = await bob.call<{ message: Listed }>('sendMessageToUser', ['@ann', 'seven'])
    t.equal(message.seq, 7)
    t.same(await dialogsOf(bob), ['@ann: seven (0 of 2)', '@cid: hello (0 of 0)'])
    const found = await ann.call<Document[]>('findUsersByTag', ['B'])
    t.same(
      (await ann.call<Document[]>('findUsers', ['B'])).map(({ tag }) => tag),
      found.map(({ tag }) => tag)
    )
    t.match(found, [{ tag: '@bob', firstName: 'First', lastName: 'Last', img: 'default.jpg' }])
  })

  t.test('the first log-in replaces the hash of an old password', async (t) => {
    const old = await legacyDatabase(t)
    await old.signUp('@ann')
    const { password: hash } = (await old.users.findOne()) as Document
    await old.users.updateOne({}, { $set: { hash }, $unset: { password: '' } })
    t.match(hash, /^\$argon2i\$/)
    await run(old.url)

    const server = await serve(t, old)
    t.equal((await logIn(server, 'ann@test.example', 'wrong')).status, 401)
    t.equal((await logIn(server, 'ann@test.example', 'ann-secret')).status, 200)
    const user = await old.users.findOne()
    t.match(user?.password, /^\$argon2id\$/)
    t.notOk(user?.hash, 'the old one is gone')
    t.equal((await logIn(server, 'ANN@test.example', 'ann-secret')).status, 200)
  })

  t.test('a wrong database or argument is refused', async (t) => {
    const empty = newDatabase(t)
    const file = join(t.testdir({ file: '' }), 'file')
    const secret = 'mongodb://ann:secret@127.0.0.1/x'
    // The usage is the whole message, so that it contains no password.
    const usage = /^Usage: messenger-server adopt URL \[--images DIR\], with the URL of a MongoDB database$/
    const mistakes = [
      { why: 'no URL', args: [], says: usage },
      { why: 'another URL', args: ['file:data/messenger.db'], says: usage },
      { why: 'two URLs', args: [secret, secret], says: usage },
      { why: 'an unknown option', args: [secret, '--force'], says: usage },
      { why: 'not a folder', args: [secret, '--images', file], says: /file is not a folder\.$/ },
      { why: 'a database without users', args: [empty], says: /^There are no users in this database\.$/ }
    ]
    for (const { why, args, says } of mistakes) {
      await t.rejects(run(...args), { message: says }, why)
    }
    t.match(await reportOf(spawnAdopt(t, [])), { code: 1, stderr: /^Usage.*\n$/ })
  })
})
