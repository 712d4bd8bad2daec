import { ObjectId } from 'mongodb'
import t, { type Test } from 'tap'
import { outcomeOf, spawnMessenger } from '../messengerProcess.js'
import { useMongo, withoutMongo } from '../mongod.js'
import { connect, historyOf, run, serve } from './adopted.js'
import { runUntilWrite } from './adoptProcess.js'
import type { FirstGeneration } from './firstGeneration.js'
import { createFirstGeneration } from './firstGeneration.js'

t.test('MongoDB', { skip: withoutMongo }, async (t) => {
  const newDatabase = await useMongo(t)
  const firstGeneration = (t: Test) => createFirstGeneration(t, newDatabase(t))

  /** Two with a long history, double conversations and namesakes, so that every step has something to do. */
  async function manyThings(t: Test): Promise<FirstGeneration> {
    const old = await firstGeneration(t)
    for (const tag of ['@ann', '@bob', '@Ann', '@cid']) await old.signUp(tag, { email: 'same@test.example' })
    await old.users.insertOne({ _id: new ObjectId('5d0000000000000000000000'), tag: '@eve' })
    for (const pair of ['@ann @bob', '@bob @ann', '@cid @bob', '@Ann @bob', '@eve @ann']) {
      const [one, two] = pair.split(' ') as [string, string]
      await old.meet(one, two)
    }
    const lines = Array.from({ length: 210 }, (_, index) => `${index % 2 ? '@ann > @bob' : '@bob > @ann'}: ${index}`)
    for (const line of lines) await old.say(line, { isRead: line.length < 15 })
    for (const line of ['@Ann > @bob: I', '@eve > @bob: am', '@cid > @Ann: here', '@cid > @cid: so'])
      await old.say(line)
    return old
  }

  t.test('run again it changes nothing, even beside a server', async (t) => {
    const old = await manyThings(t)
    await run(old.url)
    const ann = await connect(t, await serve(t, old), 'ann', 'same@test.example')
    await ann.call('sendMessageToUser', ['@bob', 'new'])
    t.equal((await historyOf(ann, '@bob')).at(-1), '211 @ann: new*')
    const state = await old.state()
    const report = await run(old.url)
    t.ok(report.includes('Adopted: 4 users, 4 dialogs, 213 messages.'))
    t.same(await old.state(), state)
  })

  t.test('killed before any of its writes, it ends in the same state', async (t) => {
    const whole = await manyThings(t)
    await run(whole.url)
    const expected = await whole.state()
    let hasEnded = false
    for (let write = 1; !hasEnded; write += 3) {
      const old = await manyThings(t)
      hasEnded = await runUntilWrite(t, old.url, write)
      if (!hasEnded) {
        const child = spawnMessenger(t, { dir: t.testdir(), environment: { DB_URL: old.url } })
        t.match(await outcomeOf(child), { code: 1, stderr: /first generation/ }, 'no server starts on it')
      }
      await run(old.url)
      t.same(await old.state(), expected, `killed before write ${write}`)
    }
  })

  t.test('killed again and again, it gets there', async (t) => {
    const whole = await manyThings(t)
    await run(whole.url)
    const old = await manyThings(t)
    for (let write = 8; !(await runUntilWrite(t, old.url, write)); write += 6) t.comment(`killed before write ${write}`)
    t.same(await old.state(), await whole.state())
  })
})
