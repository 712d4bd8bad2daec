import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import sharp from 'sharp'
import t, { type Test } from 'tap'
import Type from 'typebox'
import { methods as messenger } from '../src/rpc/index.js'
import { method } from '../src/rpc/method.js'
import { answerOf, exchange, openSocket } from './rawHttp.js'
import { type StartOptions, startServer } from './server.js'

const start = (t: Test, app: Record<string, number>) => startServer(t, { config: { app } })

// Far less than what holds where a key does not: 15 seconds and more.
const soonMs = 7000

const halfALogIn = 'POST /login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{'
const slow = [
  { why: 'headers that do not come to their end', key: 'headersTimeoutMs', bytes: 'GET / HTTP/1.1\r\nhost: x\r\n' },
  { why: 'a connection on which nothing is said', key: 'connectionTimeoutMs', bytes: '' },
  { why: 'one that was answered', key: 'keepAliveTimeoutMs', bytes: 'GET /exit HTTP/1.1\r\nhost: x\r\n\r\n' },
  { why: 'silence amid a body', key: 'connectionTimeoutMs', bytes: halfALogIn },
  { why: 'a body that does not come to its end', key: 'handlerTimeoutMs', bytes: halfALogIn }
]
for (const { why, key, bytes } of slow) {
  t.test(`${why} is waited for a while only (${key})`, async (t) => {
    const { url } = await start(t, { [key]: 200 })
    const begin = performance.now()
    const { status, body } = await exchange(url, bytes)
    const tookMs = performance.now() - begin
    t.ok(tookMs >= 200 && tookMs < soonMs, `${tookMs} ms`)
    if (key !== 'handlerTimeoutMs') return
    t.equal(status, 408)
    t.match(JSON.parse(body), { Error: { name: 'BadRequestError' } })
  })
}

t.test('a whole request has its own time, also where its headers may take longer', async (t) => {
  const { url } = await start(t, { requestTimeoutMs: 300, headersTimeoutMs: 60_000 })
  const begin = performance.now()
  const { status, body } = await exchange(url, 'GET / HTTP/1.1\r\n')
  t.equal(status, 408)
  t.match(JSON.parse(body), { Error: { message: 'The request did not come to its end in time.' } })
  t.ok(performance.now() - begin < soonMs)
})

t.test('a connection has so many requests', async (t) => {
  const { url } = await start(t, { maxRequestsPerSocket: 2 })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.teardown(() => agent.destroy())
  const connections: (string | undefined)[] = []
  for (let number = 1; number <= 4; number++) {
    const [response] = (await once(get(`${url}/exit`, { agent }), 'response')) as [IncomingMessage]
    connections.push(response.headers.connection)
    response.resume()
    await once(response, 'end')
  }
  t.same(connections, ['keep-alive', 'close', 'keep-alive', 'close'])
})

/** A server with a method that is answered when the test lets it. */
async function startHolding(t: Test, app: Record<string, number>, options: StartOptions = {}) {
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const hold = method({
    summary: '',
    params: Type.Object({}),
    result: Type.Object({}),
    run: () => released.then(() => ({}))
  })
  const server = await startServer(t, {
    ...options,
    methods: { ...messenger, hold },
    config: { ...options.config, app }
  })
  const ann = await server.signUp('ann')
  const holdOverHttp = () => {
    return server.post('/rpc', { jsonrpc: '2.0', id: 1, method: 'hold' }, { cookie: ann.cookie })
  }
  return { server, ann, release, holdOverHttp }
}

t.test('an answer that does not come is given up over HTTP, and waited for on the WebSocket', async (t) => {
  const { server, ann, release, holdOverHttp } = await startHolding(t, { handlerTimeoutMs: 500 })
  const errors = t.capture(server.app.log, 'error')
  const device = await ann.connect()
  const held = device.call('hold')
  const response = await holdOverHttp()
  t.equal(response.status, 503)
  t.same(await response.json(), {
    Error: { name: 'UnavailableError', message: 'The server has not answered in time.' }
  })
  t.match(errors(), [{ args: [{ method: 'POST', path: '/rpc', status: 503 }] }])
  release()
  t.same(await held, {})
  t.match(await device.call('getSelfInfo'), { tag: '@ann' })
})

t.test('a picture may be sent slowly, as long as it comes', async (t) => {
  const { server, ann, holdOverHttp } = await startHolding(t, { handlerTimeoutMs: 500 })
  const picture = await sharp({ create: { width: 9, height: 9, channels: 3, background: 'red' } })
    .png()
    .toBuffer()
  const part = 'content-disposition: form-data; name="image"; filename="x.png"\r\ncontent-type: image/png'
  const body = Buffer.concat([Buffer.from(`--edge\r\n${part}\r\n\r\n`), picture, Buffer.from('\r\n--edge--\r\n')])
  const head = [
    'POST /upload-image HTTP/1.1',
    `host: x\r\ncookie: ${ann.cookie}\r\nconnection: close`,
    `content-type: multipart/form-data; boundary=edge\r\ncontent-length: ${body.length}`
  ]
  const socket = await openSocket(server.url)
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  socket.write(body.subarray(0, 100))
  for (let times = 0; times < 2; times++) t.equal((await holdOverHttp()).status, 503)
  const answer = await answerOf(socket, body.subarray(100))
  t.equal(answer.status, 200)
})

const largeBytes = 16 * 1024 * 1024

function withLargeFile(t: Test): StartOptions {
  const dir = t.testdir({ client: { 'index.html': '', 'large.txt': 'x'.repeat(largeBytes) } })
  return { dir, config: { client: { dir: `${dir}/client` } } }
}

t.test('a file may be read slowly', async (t) => {
  const { server, holdOverHttp } = await startHolding(t, { handlerTimeoutMs: 500 }, withLargeFile(t))
  const [response] = (await once(get(`${server.url}/large.txt`), 'response')) as [IncomingMessage]
  for (let times = 0; times < 2; times++) t.equal((await holdOverHttp()).status, 503)
  let read = 0
  for await (const chunk of response) read += chunk.length
  t.equal(read, largeBytes)
})

t.test('who takes nothing of an answer is cut off', async (t) => {
  const { server } = await startHolding(t, { connectionTimeoutMs: 200 }, withLargeFile(t))
  const connected = once(server.app.server, 'connection')
  const client = await openSocket(server.url)
  t.teardown(() => client.destroy())
  client.write('GET /large.txt HTTP/1.1\r\nhost: x\r\n\r\n')
  const [socket] = (await connected) as [Socket]
  await once(socket, 'close')
  t.ok(socket.bytesWritten < largeBytes)
})

t.test('most of them can be switched off', async (t) => {
  const off = { connectionTimeoutMs: 0, handlerTimeoutMs: 0, maxRequestsPerSocket: 0 }
  const server = await start(t, off)
  const ann = await server.signUp('ann')
  t.equal((await server.post('/upload-image', {}, { cookie: ann.cookie })).status, 400)

  const connected = once(server.app.server, 'connection')
  t.equal((await exchange(server.url, 'GET /exit HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')).status, 200)
  const [socket] = (await connected) as [Socket]
  t.equal(socket.timeout, 0)
})
