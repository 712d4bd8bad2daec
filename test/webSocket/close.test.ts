import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import t, { type Test } from 'tap'
import Type from 'typebox'
import { WebSocket } from 'ws'
import { methods } from '../../src/rpc/index.js'
import { method } from '../../src/rpc/method.js'
import type { Message } from '../../src/schemas/message.js'
import { openDevice } from '../helpers/device.js'
import { createHold } from '../helpers/hold.js'
import { halfALogIn, openSocket } from '../helpers/rawHttp.js'
import { type StartOptions, startServer } from '../helpers/server.js'

/** Starts a server with a method whose calls end when they are released. */
async function startWithHold(t: Test, config: StartOptions['config'] = {}) {
  const { hold, release } = createHold()
  const server = await startServer(t, { methods: { ...methods, hold }, config })
  t.teardown(release)
  return { server, release }
}

t.test('a server that stops notifies its clients and answers the requests that it has read', async (t) => {
  const { server, release } = await startWithHold(t)
  const ann = await (await server.signUp('ann')).connect()
  const bob = await server.signUp('bob')
  const [socket] = server.app.websocketServer.clients

  const held = ann.call('hold')
  const answer = ann.call('sendMessageToUser', ['@bob', 'just in time'])
  await once(socket as WebSocket, 'message')
  const closed = server.app.close()
  t.same(await ann.notification(), { type: 'serverShutdown', code: 3901, body: { reconnectAfterMs: 1000 } })
  ann.socket.send('{"jsonrpc":"2.0","method":"sendMessageToUser","params":["@bob","too late"]}')

  const refused = await fetch(`${server.url}/img/default.jpg`)
  t.equal(refused.status, 503, 'a new request comes too late')
  t.same(await refused.json(), { Error: { name: 'UnavailableError', message: 'The server is stopping.' } })
  t.equal(refused.headers.get('retry-after'), '1')
  t.equal((await fetch(`${server.url}/healthz`)).status, 200, 'it is alive')
  const late = new WebSocket(server.url.replace('http', 'ws'), { headers: { cookie: bob.cookie } })
  const [error] = await once(late, 'error')
  t.equal(error.message, 'Unexpected server response: 503', 'and so does a new connection')

  release()
  t.equal(await held, 'done')
  t.match(await answer, { message: { text: 'just in time' } })
  t.same(await ann.closed, { code: 1001, reason: '' })
  await closed

  const again = await startServer(t, { dir: server.dir })
  const device = await openDevice(t, `${again.url.replace('http', 'ws')}/api`, bob.cookie)
  t.match(await device.call('getMessagesWithUser', ['@ann']), [{ text: 'just in time' }])
  t.equal((await device.call<Message[]>('getMessagesWithUser', ['@ann'])).length, 1)
})

t.test('after the drain time no queued call begins, not even of a client that has closed its connection', async (t) => {
  const { hold, begun, release } = createHold()
  let counted = 0
  const count = method({
    summary: '',
    params: Type.Object({}),
    result: Type.Integer(),
    run: async () => ++counted
  })
  const config = { webSocket: { drainTimeoutMs: 50 } }
  const server = await startServer(t, { methods: { ...methods, hold, count }, config })
  const ann = await (await server.signUp('ann')).connect()
  for (const name of ['hold', 'count']) ann.call(name).catch(() => {})
  await begun
  await ann.close()
  await server.app.close()
  release()
  for (let turn = 0; turn < 5; turn++) await setImmediate()
  t.equal(counted, 0)
})

t.test('a server that stops closes all of many connections', async (t) => {
  const { server } = await startWithHold(t, { webSocket: { maxConnectionsPerUser: 0 } })
  const ann = await server.signUp('ann')
  const devices = await Promise.all(Array.from({ length: 600 }, () => ann.connect()))
  await server.app.close()
  const ends = await Promise.all(devices.map(({ closed }) => closed))
  t.same([...new Set(ends.map(({ code }) => code))], [1001])
})

t.test('a call, a client and a request that never end delay the stop only for a while', async (t) => {
  const { server } = await startWithHold(t, { webSocket: { drainTimeoutMs: 1000, closeTimeoutMs: 1000 } })
  const ann = await (await server.signUp('ann')).connect()
  const bob = await (await server.signUp('bob')).connect()
  bob.socket.pause()
  ann.call('hold').catch(() => {})
  const stalled = await openSocket(server.url)
  stalled.write(halfALogIn)
  await once(server.app.server, 'request')
  const start = performance.now()
  await server.app.close()
  t.ok(performance.now() - start < 2900, 'the request not after the others, but meanwhile')
  t.same(await ann.closed, { code: 1001, reason: '' })
})
