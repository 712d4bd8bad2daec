import { once } from 'node:events'
import { setTimeout as delay, setImmediate } from 'node:timers/promises'
import t from 'tap'
import Type from 'typebox'
import { method } from '../../src/rpc/method.js'
import { type Device, openDevice } from '../helpers/device.js'
import { startServer } from '../helpers/server.js'
import { openWire } from '../helpers/wire.js'

const config = { webSocket: { pingIntervalMs: 100 }, presence: { offlineGraceMs: 0 } }

t.test('a client that has silently gone is disconnected, and one that answers is not', async (t) => {
  const server = await startServer(t, { config })
  const wire = await openWire(t, server.url)
  const [ann, bob] = [await server.signUp('ann'), await server.signUp('bob')]
  const bobHere = await bob.connect()
  await bobHere.call('sendMessageToUser', ['@ann', 'we have a dialog'])
  const annFar = await openDevice(t, `${wire.url.replace('http', 'ws')}/api`, ann.cookie)
  t.match(await bobHere.notification(), { code: 3101 })

  await once(annFar.socket, 'ping')
  t.equal(annFar.socket.readyState, annFar.socket.OPEN, 'she has answered one ping at least')
  wire.freeze()
  t.match(await bobHere.notification(), { code: 3100, body: { loggedOutUserTag: '@ann' } })
  t.equal(annFar.socket.readyState, annFar.socket.OPEN, 'she does not know')
  for (let pings = 0; pings < 3; pings++) await once(bobHere.socket, 'ping')
  t.match(await bobHere.call('getSelfInfo'), { tag: '@bob' })
})

t.test('a client with many pending calls, which is not read, stays connected', async (t) => {
  const devices: Device[] = []
  const untilPing = method({
    summary: '',
    params: Type.Object({}),
    result: Type.String(),
    async run() {
      await once(devices[0]?.socket as Device['socket'], 'ping')
      return 'pinged'
    }
  })
  const server = await startServer(t, {
    methods: { untilPing },
    config: { webSocket: { pingIntervalMs: 100, maxPendingFrames: 1 } }
  })
  const ann = await (await server.signUp('ann')).connect()
  devices.push(ann)

  const answers = Array.from({ length: 6 }, () => ann.call('untilPing'))
  const [socket] = server.app.websocketServer.clients
  while (!socket?.isPaused) await setImmediate()
  t.same(await Promise.race([Promise.all(answers), ann.closed]), Array(6).fill('pinged'))
})

t.test('a client that takes a long answer slowly stays connected', async (t) => {
  const pingIntervalMs = 300
  const long = 'x'.repeat(16 * 1024 * 1024)
  const tellMuch = method({
    summary: '',
    params: Type.Object({}),
    result: Type.String(),
    run: async () => long
  })
  const server = await startServer(t, { methods: { tellMuch }, config: { webSocket: { pingIntervalMs } } })
  const ann = await (await server.signUp('ann')).connect()
  const [socket] = server.app.websocketServer.clients
  const answer = Promise.race([ann.call<string>('tellMuch'), ann.closed])
  while (socket?.bufferedAmount === 0) await setImmediate()
  // The client takes a part of it, and then nothing for longer than a dead connection lives.
  ann.socket.pause()
  await delay(2.5 * pingIntervalMs)
  t.ok(socket && socket.bufferedAmount > 0)
  ann.socket.resume()
  t.ok((await answer) === long, 'it gets all of it')
})
