import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import t, { type Test } from 'tap'
import Type from 'typebox'
import type { WebSocket } from 'ws'
import { method } from '../../src/rpc/method.js'
import { openSocket } from '../helpers/rawHttp.js'
import { startServer } from '../helpers/server.js'

const long = 'x'.repeat(16 * 1024 * 1024)
const answerTimeoutMs = 400

/** Ann on a server that answers `tellMuch` with 16 MiB, and her connection as the server knows it. */
async function startWithAnn(t: Test, overrides = {}) {
  const tellMuch = method({
    summary: '',
    params: Type.Object({}),
    result: Type.String(),
    returnsPage: true,
    run: async () => long
  })
  const config = { webSocket: { answerTimeoutMs, ...overrides } }
  const server = await startServer(t, { methods: { tellMuch }, config })
  const ann = await server.signUp('ann')
  const device = await ann.connect()
  const [served] = server.app.websocketServer.clients as Set<WebSocket>
  return { server, ann, device, served: served as WebSocket }
}

t.test('a client that takes nothing of an answer is disconnected', async (t) => {
  const { ann, device, served } = await startWithAnn(t)
  device.call('tellMuch').catch(() => {})
  while (served.bufferedAmount === 0) await setImmediate()
  device.socket.pause()
  const waiting = (await ann.connect()).call<string>('tellMuch')
  await once(served, 'close')
  t.ok((await waiting) === long, 'and the answer that waits for it is made')
})

t.test('the same where notifications come to wait behind the answer', async (t) => {
  const { device, served, server } = await startWithAnn(t)
  device.call('tellMuch').catch(() => {})
  while (served.bufferedAmount === 0) await setImmediate()
  device.socket.pause()
  const push = setInterval(() => server.app.notifier.notifyAll('serverShutdown', { reconnectAfterMs: 1 }), 20)
  t.teardown(() => clearInterval(push))
  await once(served, 'close')
})

t.test('a client that goes while it waits for room is not an error of the server', async (t) => {
  const { server, ann, device, served } = await startWithAnn(t)
  const errors = t.capture(server.app.log, 'error')
  device.call('tellMuch').catch(() => {})
  while (served.bufferedAmount === 0) await setImmediate()
  device.socket.pause()
  const other = await ann.connect()
  const closed = once([...server.app.websocketServer.clients].at(-1) as WebSocket, 'close')
  other.call('tellMuch').catch(() => {})
  other.socket.terminate()
  await closed
  await once(served, 'close')
  t.same(errors(), [])
})

t.test('a client that takes it slowly is not', async (t) => {
  const slowlyMs = 4000
  const { device, served } = await startWithAnn(t, { answerTimeoutMs: 3000 })
  const answer = device.call<string>('tellMuch')
  while (served.bufferedAmount === 0) await setImmediate()
  const tcp: Socket = Reflect.get(device.socket, '_socket')
  const begin = performance.now()
  tcp.on('data', () => {
    if (performance.now() - begin > slowlyMs) return
    tcp.pause()
    setTimeout(() => tcp.resume(), 20)
  })
  t.ok((await answer) === long)
  t.ok(performance.now() - begin > slowlyMs)
})

t.test('the same over HTTP', async (t) => {
  const { server, ann } = await startWithAnn(t, { answerTimeoutMs: 2000 })
  const body = '{"jsonrpc":"2.0","id":1,"method":"tellMuch"}'
  const head = `POST /rpc HTTP/1.1\r\nHost: x\r\nCookie: ${ann.cookie}\r\nContent-Type: application/json\r\n`
  const request = `${head}Content-Length: ${body.length}\r\n\r\n${body}`
  const connected = once(server.app.server, 'connection')
  const socket = await openSocket(server.url)
  const [served] = await connected
  socket.pause()
  socket.write(request)
  await once(served, 'close')
  const answer = await server.post('/rpc', JSON.parse(body), { cookie: ann.cookie })
  t.equal(
    (await answer.text()).length,
    long.length + '{"jsonrpc":"2.0","result":"","id":1}'.length,
    'the next one is made'
  )
})

t.test('beyond the limit of all users a client is disconnected at once', async (t) => {
  const { device, ann, served } = await startWithAnn(t, { maxUnreadBytes: 1000, answerTimeoutMs: 60_000 })
  device.call('tellMuch').catch(() => {})
  await once(served, 'close')
  t.match(await ann.connect().then(({ hello }) => hello), { tag: '@ann' })
})

t.test('clients that go while their answers are made leave nothing behind', async (t) => {
  const begun: (() => void)[] = []
  const hold = method({
    summary: '',
    params: Type.Object({}),
    result: Type.String(),
    returnsPage: true,
    run: () => new Promise<string>((resolve) => begun.push(() => resolve('x'.repeat(10_000))))
  })
  const server = await startServer(t, { methods: { hold }, config: { webSocket: { maxUnreadBytes: 15_000 } } })
  const ann = await server.signUp('ann')
  const headers = { cookie: ann.cookie, 'content-type': 'application/json' }
  const body = '{"jsonrpc":"2.0","id":1,"method":"hold"}'
  /** Lets the call that has begun come to its end. */
  const release = async () => {
    while (begun.length === 0) await setImmediate()
    begun.pop()?.()
  }
  for (let time = 0; time < 5; time++) {
    const caller = new AbortController()
    const answer = fetch(`${server.url}/rpc`, { method: 'POST', headers, body, signal: caller.signal })
    while (begun.length === 0) await setImmediate()
    caller.abort()
    await t.rejects(answer, { name: 'AbortError' })
    // The server has seen that it has gone when it answers another request.
    await fetch(`${server.url}/healthz`)
    await release()
  }
  const device = await ann.connect()
  const last = device.call<string>('hold')
  await release()
  t.equal((await last).length, 10_000)
})

t.test('an answer that fails makes room for the next one', async (t) => {
  let isBroken = true
  const tell = method({
    summary: '',
    params: Type.Object({}),
    result: Type.Unknown(),
    returnsPage: true,
    // JSON has no such number.
    run: async () => (isBroken ? 1n : 'well')
  })
  const server = await startServer(t, { methods: { tell } })
  const ann = await server.signUp('ann')
  const device = await ann.connect()
  device.call('tell').catch(() => {})
  t.match(await device.closed, { code: 1006 })
  isBroken = false
  t.equal(await (await ann.connect()).call('tell'), 'well')
})
