import { ObjectId } from 'mongodb'
import t, { type Test } from 'tap'
import { openMongoStore } from '../../../src/store/mongo/index.js'
import { connect, historyOf, run, serve } from '../../helpers/commands/adopted.js'
import { runUntilCut, runUntilKilled } from '../../helpers/commands/adoptProcess.js'
import type { FirstGeneration } from '../../helpers/commands/legacy.js'
import { createFirstGeneration } from '../../helpers/commands/legacy.js'
import { reportOf, spawnMessenger } from '../../helpers/messengerProcess.js'
import { useMongo, withoutMongo } from '../../helpers/mongod.js'

const storeOptions = { timeoutMs: 5000, onNotice: () => {} }

t.test('MongoDB', { skip: withoutMongo }, async (t) => {
  const newDatabase = await useMongo(t)
  const firstGeneration = (t: Test) => createFirstGeneration(t, newDatabase(t))

  /** Two with a history, double conversations and namesakes, so that every step has something to do. */
  async function manyThings(t: Test, length = 12): Promise<FirstGeneration> {
    const old = await firstGeneration(t)
    for (const tag of ['@ann', '@bob', '@Ann']) await old.signUp(tag, { email: 'same@test.example' })
    await old.signUp('@cid', { email: 'cid@b\u00fccher.example' })
    await old.users.insertOne({ _id: new ObjectId('5d0000000000000000000000'), tag: '@eve' })
    for (const pair of ['@ann @bob', '@bob @ann', '@cid @bob', '@Ann @bob', '@eve @ann']) {
      const [one, two] = pair.split(' ') as [string, string]
      await old.meet(one, two)
    }
    const lines = Array.from({ length }, (_, index) => `${index % 2 ? '@ann > @bob' : '@bob > @ann'}: ${index}`)
    await old.sayAll(lines, (index) => ({ isRead: index < length / 2 }))
    for (const line of ['@Ann > @bob: I', '@eve > @bob: am', '@cid > @Ann: here', '@cid > @cid: so'])
      await old.say(line)
    return old
  }

  t.test('run again, after a server has used it, it changes nothing', async (t) => {
    const old = await manyThings(t, 210)
    await run(old.url)
    const server = await serve(t, old)
    const ann = await connect(t, server, 'ann', 'same@test.example')
    await ann.call('sendMessageToUser', ['@bob', 'new'])
    t.equal((await historyOf(ann, '@bob')).at(-1), '211 @ann: new*')
    await server.app.close()
    const state = await old.state()
    const report = await run(old.url)
    t.ok(report.includes('Adopted: 4 users, 4 dialogs, 213 messages.'))
    t.same(await old.state(), state)
  })

  t.test('whenever it is ended, no server starts, and the next run ends in the same state', async (t) => {
    const whole = await manyThings(t)
    await run(whole.url)
    const expected = await whole.state()
    for (let write = 1; ; write += 3) {
      const old = await manyThings(t)
      if (await runUntilCut(t, old.url, write)) break
      await t.rejects(openMongoStore(old.url, storeOptions), { message: /^This is a legacy database/ })
      await run(old.url)
      t.same(await old.state(), expected, `ended before write ${write}`)
    }
  })

  t.test('killed again and again, it gets there', async (t) => {
    const whole = await manyThings(t)
    await run(whole.url)
    const old = await manyThings(t)
    t.equal(await runUntilKilled(t, old.url, 8), false)
    const child = spawnMessenger(t, { dir: t.testdir(), environment: { DB_URL: old.url } })
    t.match(await reportOf(child), {
      code: 1,
      stderr: /^db\.url: mongodb:\S+: This is a legacy database: run `messenger-server adopt URL` first\.\n$/
    })
    for (let write = 18; !(await runUntilKilled(t, old.url, write)); write += 10)
      t.comment(`killed before write ${write}`)
    t.same(await old.state(), await whole.state())
  })
})
