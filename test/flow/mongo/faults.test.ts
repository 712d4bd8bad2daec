import t from 'tap'
import { startSurvivors } from '../../helpers/flow/mongoFaults.js'
import { useMongo, withoutMongo } from '../../helpers/mongod.js'

t.test('a server survives cut connections to MongoDB', { skip: withoutMongo }, async (t) => {
  const { wire, survive } = await startSurvivors(t, (await useMongo(t))(t))
  await t.test('every connection cut at once', (t) => survive(t, 'cut', wire.cut))
  await t.test('cut after 300 bytes of replies', (t) => survive(t, 'cut in a reply', () => wire.cutInReply(300)))
})
