import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import Type from 'typebox'
import { WebSocket } from 'ws'
import { methods as messenger } from '../../../src/rpc/index.js'
import { method } from '../../../src/rpc/method.js'
import type { Device } from '../../helpers/device.js'
import { type Server, startServer } from '../../helpers/server.js'

const sampleIntervalMs = 400
const busyMs = 500

/** A method that occupies the event loop. */
const work = method({
  summary: '',
  params: Type.Object({}),
  result: Type.Object({}),
  async run() {
    const end = performance.now() + busyMs
    while (performance.now() < end);
    return {}
  }
})

const start = (t: Test, overload: Record<string, number>) =>
  startServer(t, { methods: { ...messenger, work }, config: { overload: { sampleIntervalMs, ...overload } } })

/** Keeps the server busy until the test says so. */
function occupy(device: Device) {
  let isOver = false
  const working = (async () => {
    while (!isOver) await device.call('work')
  })()
  return () => {
    isOver = true
    return working
  }
}

const statusOf = async ({ url }: Pick<Server, 'url'>, path: string) => (await fetch(url + path)).status

async function until(server: Pick<Server, 'url'>, status: number): Promise<void> {
  // Without a pause, the server in the same process would never rest.
  while ((await statusOf(server, '/exit')) !== status) await delay(100)
}

const limits: { why: string; overload: Record<string, number> }[] = [
  { why: 'the event loop is late', overload: { maxEventLoopDelayMs: 150, maxEventLoopUtilization: 0, maxRssBytes: 0 } },
  {
    why: 'it is busy, and a little late',
    overload: { maxEventLoopDelayMs: 0, maxEventLoopUtilization: 0.8, busyEventLoopDelayMs: 20, maxRssBytes: 0 }
  },
  {
    why: 'it is busy, which is enough',
    overload: { maxEventLoopDelayMs: 0, maxEventLoopUtilization: 0.8, busyEventLoopDelayMs: 0, maxRssBytes: 0 }
  }
]
for (const { why, overload } of limits) {
  t.test(`${why}: new requests are refused, open connections go on`, async (t) => {
    const server = await start(t, overload)
    const ann = await server.signUp('ann')
    await until(server, 200)
    const [device, worker] = [await ann.connect(), await ann.connect()]
    const stop = occupy(worker)
    await until(server, 503)

    const refused = await server.post('/login', { user: { email: ann.email, password: ann.password } })
    t.equal(refused.status, 503)
    t.equal(refused.headers.get('retry-after'), '1')
    t.same(await refused.json(), { Error: { name: 'UnavailableError', message: 'The server has too much to do.' } })
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/api`, { headers: { cookie: ann.cookie } })
    const message = await new Promise((resolve) => socket.once('error', (error) => resolve(error.message)))
    t.equal(message, 'Unexpected server response: 503', 'a handshake')
    t.match(await device.call('getSelfInfo'), { tag: '@ann' }, 'a connection that is open')
    t.equal(await statusOf(server, '/readyz'), 503)
    t.equal(await statusOf(server, '/healthz'), 200)
    t.equal(await statusOf(server, '/metrics'), 200)

    await stop()
    await until(server, 200)
    await device.call('getSelfInfo')
  })
}

t.test('a busy server that answers in time refuses no request', async (t) => {
  const server = await start(t, { maxEventLoopUtilization: 0.5, maxRssBytes: 0 })
  const { email, password } = await server.signUp('ann')
  let isOver = false
  const toil = () => {
    const end = performance.now() + 2
    while (performance.now() < end);
    if (!isOver) setImmediate(toil)
  }
  toil()
  while (server.app.memoryUsage().eventLoopUtilized < 0.9) await delay(10)
  t.equal((await server.post('/login', { user: { email, password } })).status, 200)
  t.equal(await statusOf(server, '/readyz'), 200)
  isOver = true
})

t.test('requests are refused while the process uses too much memory', async (t) => {
  const server = await start(t, { maxRssBytes: 1, sampleIntervalMs: 10 })
  await until(server, 503)
  t.equal(await statusOf(server, '/readyz'), 503)
})

t.test('all limits of the load can be switched off', async (t) => {
  const server = await start(t, { maxEventLoopDelayMs: 0, maxEventLoopUtilization: 0, maxRssBytes: 0 })
  const device = await (await server.signUp('ann')).connect()
  for (let times = 0; times < 3; times++) {
    await device.call('work')
    t.equal(await statusOf(server, '/exit'), 200)
  }
})

t.test('a process that was stopped is not overloaded for longer than a sample', async (t) => {
  const server = await start(t, { maxEventLoopDelayMs: 1000, maxEventLoopUtilization: 0.98, maxRssBytes: 0 })
  // As a stopped process, this one does nothing and uses no CPU.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3000)
  const begin = performance.now()
  await until(server, 200)
  const tookMs = performance.now() - begin
  t.ok(tookMs < 2000, `after ${tookMs} ms`)
  t.equal(await statusOf(server, '/readyz'), 200)
})
