import { once } from 'node:events'
import t, { type Test } from 'tap'
import { openDevice } from '../helpers/device.js'
import { startServer } from '../helpers/server.js'

/** Starts a server where Ann may send one message before her rate limit. */
async function startWithAnn(t: Test, rate: Record<string, number>, webSocket = {}) {
  const one = { messagesPerSecond: 1, messageBurst: 1, maxDelayMs: 0, callsPerSecond: 0, refusalsWindowMs: 1000 }
  const config = { app: { rateLimits: 'on' }, rate: { ...one, ...rate }, webSocket }
  const server = await startServer(t, { config })
  const [ann] = [await server.signUp('ann'), await server.signUp('bob')]
  const device = await ann.connect()
  const send = () => device.call('sendMessageToUser', ['@bob', 'Hello']).catch(() => 'refused')
  return { ann, device, send }
}

t.test('a client that ignores refusals is disconnected', async (t) => {
  const { ann, device, send } = await startWithAnn(t, {})
  let isOpen = true
  device.closed.then(() => {
    isOpen = false
  })
  while (isOpen) await send()
  const reason = '{"Error":{"name":"TooManyRequestsError","message":"Too many calls in spite of refusals."}}'
  t.same(await device.closed, { code: 1008, reason })
  t.match(await (await ann.connect()).call('getSelfInfo'), { tag: '@ann' }, 'and may come back')
})

t.test('a client that pauses after refusals is not disconnected', async (t) => {
  const { device, send } = await startWithAnn(t, { refusalsWindowMs: 10, refusalsBeforeClose: 2 })
  for (let time = 0; time < 5; time++) {
    while ((await send()) !== 'refused');
    const end = performance.now() + 20
    while (performance.now() < end) await device.call('getSelfInfo')
  }
  t.equal(device.socket.readyState, device.socket.OPEN)
})

t.test('a limit of 0 disconnects no client', async (t) => {
  const { device, send } = await startWithAnn(t, { refusalsWindowMs: 10, refusalsBeforeClose: 0 })
  for (let time = 0; time < 200; time++) await send()
  t.match(await device.call('getSelfInfo'), { tag: '@ann' })
})

t.test(
  'calls that were sent before the client saw the first refusal do not count, even when they are read late',
  async (t) => {
    const rate = { messagesPerSecond: 40, maxDelayMs: 100, refusalsWindowMs: 100 }
    const { device, send } = await startWithAnn(t, rate, { maxPendingFrames: 4 })
    const outcomes = await Promise.all(Array.from({ length: 300 }, send))
    t.equal(outcomes.length, 300)
    t.ok(outcomes.includes('refused'))
    t.match(await device.call('getSelfInfo'), { tag: '@ann' })
  }
)

t.test('a client that answers no pings, or sends texts that are not calls, is disconnected as well', async (t) => {
  const rate = { callsPerSecond: 1, callBurst: 1, maxDelayMs: 0, refusalsWindowMs: 100 }
  const server = await startServer(t, {
    config: { app: { rateLimits: 'on' }, rate, webSocket: { pingIntervalMs: 200 } }
  })
  const ann = await server.signUp('ann')
  const url = `${server.url.replace('http', 'ws')}/api`
  for (const autoPong of [true, false]) {
    const device = await openDevice(t, url, ann.cookie, { autoPong })
    let isOpen = true
    device.closed.then(() => {
      isOpen = false
    })
    while (isOpen) await Promise.race([device.ask('x'), device.closed])
    t.match(await device.closed, { code: 1008, reason: /TooManyRequestsError/ }, `autoPong: ${autoPong}`)
  }
})

t.test('a pong to another ping does not show that the client has seen a refusal', async (t) => {
  const one = { messagesPerSecond: 1, messageBurst: 1, maxDelayMs: 0, callsPerSecond: 0, refusalsWindowMs: 1000 }
  const rate = { ...one, refusalsBeforeClose: 2 }
  const server = await startServer(t, { config: { app: { rateLimits: 'on' }, rate } })
  const [ann] = [await server.signUp('ann'), await server.signUp('bob')]
  const device = await openDevice(t, `${server.url.replace('http', 'ws')}/api`, ann.cookie, { autoPong: false })
  const send = () => device.call('sendMessageToUser', ['@bob', 'Hello']).catch(() => 'refused')
  const ping = once(device.socket, 'ping')
  while ((await send()) !== 'refused');
  const [mark] = await ping
  device.socket.pong('another')
  for (let end = performance.now() + 300; performance.now() < end; ) await send()
  t.equal(device.socket.readyState, device.socket.OPEN)
  device.socket.pong(mark)
  let isOpen = true
  device.closed.then(() => {
    isOpen = false
  })
  while (isOpen) await send()
  t.match(await device.closed, { code: 1008 })
})
