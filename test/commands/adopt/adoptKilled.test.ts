import t from 'tap'
import { connect, historyOf, run, serve } from '../../helpers/commands/adopted.js'
import { endAdoptions, manyThings } from '../../helpers/commands/adoptKilled.js'
import { runUntilKilled } from '../../helpers/commands/adoptProcess.js'
import { reportOf, spawnMessenger } from '../../helpers/messengerProcess.js'
import { useMongo, withoutMongo } from '../../helpers/mongod.js'

t.test('MongoDB', { skip: withoutMongo }, async (t) => {
  const newDatabase = await useMongo(t)

  t.test('an adoption that runs again after a server has used the database changes nothing', async (t) => {
    const old = await manyThings(t, newDatabase(t), 210)
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

  t.test('an adoption that ends at any time is completed by the next run', (t) => endAdoptions(t, newDatabase, 24))

  t.test('an adoption that is killed again and again reaches the same state', async (t) => {
    const whole = await manyThings(t, newDatabase(t))
    await run(whole.url)
    const old = await manyThings(t, newDatabase(t))
    t.equal(await runUntilKilled(t, old.url, 8), false)
    const child = spawnMessenger(t, { dir: t.testdir(), environment: { DB_URL: old.url } })
    t.match(await reportOf(child), {
      code: 1,
      stderr: /^db\.url: mongodb:\S+: This is a legacy database: run `messenger-server adopt URL` first\.\n$/
    })
    for (let write = 30; !(await runUntilKilled(t, old.url, write)); write += 30)
      t.comment(`killed before write ${write}`)
    t.same(await old.state(), await whole.state())
  })
})
