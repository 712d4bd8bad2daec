import t from 'tap'
import { openDevice } from '../helpers/device.js'
import type { Sent } from '../helpers/faults/load.js'
import { historyOf } from '../helpers/flow/truth.js'
import { entry, startMessenger } from '../helpers/messengerProcess.js'
import { openWire } from '../helpers/wire.js'

type Answer = Required<Pick<Sent, 'message'>> & { duplicate?: boolean }

const environment = { RATE_LIMITS: 'off' }
const send = ['@bob', 'hello', 'the id of it']

for (const isKilled of [false, true]) {
  const why = isKilled ? 'with the server' : 'with the connection'
  t.test(`an answer that was lost ${why}: the client sends the same message again, three times at once`, async (t) => {
    const dir = t.testdir()
    let messenger = await startMessenger(t, { dir, entry, environment })
    const wire = await openWire(t, messenger.url)
    const [anns, bobs] = [await messenger.signUp('ann'), await messenger.signUp('bob')]
    const far = () => openDevice(t, `${wire.url.replace('http', 'ws')}/api`, anns)
    const [ann, bob] = [await far(), await messenger.connect(bobs)]
    await ann.call('getSelfInfo')
    wire.cutInReply(1)
    await t.rejects(ann.call('sendMessageToUser', send), { message: 'The connection has ended.' })
    const { body } = await bob.notification()

    if (isKilled) {
      await messenger.end('SIGKILL')
      messenger = await startMessenger(t, { dir, entry, environment })
      wire.leadTo(messenger.url)
    }
    const there = isKilled ? await messenger.connect(bobs) : bob
    const devices = await Promise.all([far(), far(), far()])
    const answers = await Promise.all(devices.map((device) => device.call<Answer>('sendMessageToUser', send)))
    for (const { message, duplicate } of answers) t.match({ ...message, duplicate }, { ...body, duplicate: true })
    const told = (await there.rest()).filter(({ code }) => code === 3001)
    t.same(told, [], 'bob is not told once more')
    t.match(await historyOf(there, '@ann'), [{ _id: body._id, seq: 1, text: 'hello' }])
    t.equal((await historyOf(there, '@ann')).length, 1)
  })
}
