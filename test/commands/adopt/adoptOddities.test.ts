import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Document } from 'mongodb'
import sharp from 'sharp'
import t, { type Test } from 'tap'
import { writeCheckpoint } from '../../../src/store/mongo/settings.js'
import { connect, dialogsOf, historyOf, run, serve } from '../../helpers/commands/adopted.js'
import { createLegacyDatabase } from '../../helpers/commands/legacy.js'
import { openProcesses } from '../../helpers/mongo/processes.js'
import { useMongo, withoutMongo } from '../../helpers/mongod.js'

t.test('MongoDB', { skip: withoutMongo }, async (t) => {
  const newDatabase = await useMongo(t)
  const legacyDatabase = (t: Test) => createLegacyDatabase(t, newDatabase(t))

  t.test('of names that differ only in case the oldest user keeps the name', async (t) => {
    const old = await legacyDatabase(t)
    const annId = await old.signUp('@ann', { email: 'me@test.example' })
    const youngerId = await old.signUp('@Ann', { email: 'ME@test.example' })
    await old.signUp('@ANN')
    await old.signUp('@ann_2', { email: 'me+2@test.example' })
    await old.signUp('ivy', { email: 'i' })
    await old.signUp('@123', { email: 'I' })
    await old.signUp('@bob')
    await old.meet('@Ann', '@bob')
    await old.say('@ann > @bob: I am small')
    await old.say('@Ann > @bob: I am tall')
    await old.say('@bob > @ANN: who are you?')
    await old.say('@aNN > @bob: nobody knows')
    await old.say('ivy > @bob: no sign')

    const report = await run(old.url)
    for (const line of [
      `The user ${youngerId} is now @Ann_3: @Ann belongs to an older account, or is not a valid tag.`,
      /is now @ANN_4: @ANN/,
      /is now @ivy: ivy/,
      /is now @user: @123/,
      '@Ann_3 now logs in with ME+3@test.example: ME@test.example belongs to an older account.',
      '@user now logs in with I+2: I belongs to an older account.',
      /^Left out: messages of users who are not there .*: 1$/
    ]) {
      t.ok(
        report.some((said) => (typeof line === 'string' ? said === line : line.test(said))),
        String(line)
      )
    }

    const server = await serve(t, old)
    const bob = await connect(t, server, 'bob')
    t.same(await dialogsOf(bob), [
      '@ivy: no sign (0 of 0)',
      '@ANN_4: who are you? (0 of 0)',
      '@Ann_3: I am tall (0 of 0)',
      '@ann: I am small (0 of 0)'
    ])
    const tall = await connect(t, server, 'Ann', 'me+3@test.example')
    t.match(await tall.call('getSelfInfo'), { _id: String(youngerId), tag: '@Ann_3' })
    t.same(await historyOf(tall, '@bob'), ['1 @Ann_3: I am tall'])
    const small = await connect(t, server, 'ann', 'me@test.example')
    t.match(await small.call('getSelfInfo'), { _id: String(annId), tag: '@ann' })
  })

  t.test('users with an empty last name, or another form of another user’s address, are adopted', async (t) => {
    const old = await legacyDatabase(t)
    await old.signUp('@ann', { lastName: '', email: 'me@b\u00fccher.example' })
    await old.signUp('@bob', { email: 'me@xn--bcher-kva.example' })
    await run(old.url)

    const server = await serve(t, old)
    const ann = await connect(t, server, 'ann', 'ME@b\u00fccher.example')
    t.match(await ann.call('getSelfInfo'), { tag: '@ann', firstName: 'First', lastName: '' })
    const bob = await connect(t, server, 'bob', 'me@XN--bcher-kva.example')
    t.match(await bob.call('findUsers', ['first']), [{ tag: '@ann' }])
  })

  t.test('documents that have no place are moved to `leftOut`', async (t) => {
    const old = await legacyDatabase(t)
    await old.signUp('@ann')
    await old.signUp('@bob')
    const text = 'hello'
    const between = { senderTag: '@ann', receiverTag: '@bob' }
    const odd: { from: 'users' | 'conversations' | 'messages'; why: string; document: Document }[] = [
      { from: 'users', why: 'field', document: { tag: '@eve', email: 'eve@test.example', password: '$argon2i$' } },
      { from: 'users', why: 'field', document: { firstName: 'Nameless' } },
      { from: 'users', why: 'id', document: { _id: 'eve', tag: '@eve' } as Document },
      { from: 'conversations', why: 'id', document: { _id: 7, user1Tag: '@ann', user2Tag: '@bob' } as Document },
      { from: 'conversations', why: 'nobody', document: { user1Tag: '@ann', user2Tag: '@eve' } },
      { from: 'conversations', why: 'oneself', document: { user1Tag: '@ann', user2Tag: '@Ann' } },
      { from: 'messages', why: 'id', document: { _id: 7, ...between, text } as Document },
      { from: 'messages', why: 'text', document: { ...between, text: '' } },
      { from: 'messages', why: 'text', document: { ...between, text: 5 } },
      { from: 'messages', why: 'nobody', document: { ...between, text, senderTag: '@eve' } },
      { from: 'messages', why: 'nobody', document: { ...between, text, receiverTag: null } },
      { from: 'messages', why: 'oneself', document: { ...between, text, receiverTag: '@ANN' } }
    ]
    for (const { from, document } of odd) await old[from].insertOne(document)

    const report = await run(old.url)
    t.ok(report.includes('Adopted: 2 users, 0 dialogs, 0 messages.'))
    t.ok(report.includes('Left out: messages without a text: 2'))
    t.ok(report.includes('The user eve is left out: @eve.'))
    for (const { from, why, document } of odd) {
      const kept = await old.leftOut.findOne({ _id: { from, _id: document._id } as never })
      t.same(kept, { _id: { from, _id: document._id }, why, document }, `${from}: ${why}`)
    }
    const ann = await connect(t, await serve(t, old), 'ann')
    t.same(await dialogsOf(ann), [])
  })

  t.test('old links to pictures work', async (t) => {
    const old = await legacyDatabase(t)
    const names = ['ann.png', 'my photo.jpg', 'gone.png', 'text.png', '../out.png', 'link.png', 'bad\0.png']
    for (const [index, img] of names.entries()) await old.signUp(`@u${'abcdefg'[index]}`, { img })
    await old.signUp('@nobody', { img: 5 })
    const picture = await sharp({ create: { width: 4, height: 4, channels: 3, background: 'red' } })
      .png()
      .toBuffer()
    const dir = t.testdir({ 'out.png': picture, pictures: { 'text.png': 'text' } })
    const images = join(dir, 'pictures')
    for (const name of ['ann.png', 'my photo.jpg']) writeFileSync(join(images, name), picture)
    symlinkSync(join(dir, 'out.png'), join(images, 'link.png'))
    mkdirSync(join(dir, 'empty'))

    const without = await run(old.url)
    t.ok(without.includes('Pictures that are not here: 7. Run it again with --images DIR to bring them in.'))
    const misled = await run(old.url, '--images', join(dir, 'empty'))
    t.ok(misled.includes('The picture of @ua, "ann.png", is not there or is none: @ua gets default.jpg.'))
    const report = await run(old.url, '--images', images)
    t.equal(report.filter((line) => line.startsWith('The picture of')).length, 5)
    t.same(await run(old.url, '--images', images), report, 'again')

    const server = await serve(t, old)
    const imgOf = async (name: string) => {
      const { img } = await (await connect(t, server, name)).call<{ img: string }>('getSelfInfo')
      return img
    }
    t.equal(await imgOf('ua'), 'ann.png')
    t.match(await imgOf('ub'), /^[0-9a-f]{32}\.webp$/)
    for (const name of ['uc', 'ud', 'ue', 'uf', 'ug', 'nobody']) t.equal(await imgOf(name), 'default.jpg')
    for (const name of ['ua', 'ub']) {
      const response = await fetch(`${server.url}/img/${await imgOf(name)}`)
      t.equal(response.headers.get('content-type'), 'image/webp')
      t.match(await sharp(await response.arrayBuffer()).metadata(), { format: 'webp', width: 512 })
    }
  })

  t.test('an unfinished copy is not taken for a legacy database', async (t) => {
    const url = newDatabase(t)
    const { collections } = await openProcesses(t, url)
    await writeCheckpoint(collections, { from: 'file:/old.db', version: 0, kind: 'users', after: '', done: 0 })
    await t.rejects(run(url), { message: /unfinished copy of file:\/old\.db/ })
  })
})
