import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { startSurvivors } from '../../helpers/flow/mongoFaults.js'
import { startMongod, withoutMongod } from '../../helpers/mongod.js'

t.test('a server survives a MongoDB that goes away and comes back', { skip: withoutMongod }, async (t) => {
  const mongod = await startMongod(t)
  const { wire, survive } = await startSurvivors(t, `${mongod.url}/faults`)

  await t.test('stopped and started', (t) =>
    survive(t, 'stop', async () => {
      await mongod.stop()
      await mongod.start()
    })
  )
  await t.test('frozen', (t) =>
    survive(t, 'freeze', async () => {
      mongod.freeze()
      await delay(10_000)
      mongod.thaw()
    })
  )
  for (const time of [1, 2, 3, 4]) {
    await t.test(`every connection cut at once, ${time}`, (t) => survive(t, `cut ${time}`, wire.cut))
  }
  for (const bytes of [0, 20, 300, 5000]) {
    await t.test(`cut after ${bytes} bytes of replies`, (t) =>
      survive(t, `cut after ${bytes}`, () => wire.cutInReply(bytes))
    )
  }
  await t.test('connections that lead nowhere any more', (t) => survive(t, 'half-open', wire.freeze))
})
