import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import t, { type Test } from 'tap'
import { exchange, halfALogIn } from '../../helpers/rawHttp.js'
import { startServer } from '../../helpers/server.js'

const start = (t: Test, app: Record<string, number>) => startServer(t, { config: { app } })

// Far less than the timeouts that would end it otherwise: 15 seconds and more.
const soonMs = 7000

const slow = [
  { why: 'unfinished headers', key: 'headersTimeoutMs', bytes: 'GET / HTTP/1.1\r\nhost: x\r\n' },
  { why: 'a silent connection', key: 'connectionTimeoutMs', bytes: '' },
  { why: 'a connection after its answer', key: 'keepAliveTimeoutMs', bytes: 'GET /exit HTTP/1.1\r\nhost: x\r\n\r\n' },
  { why: 'silence amid a body', key: 'connectionTimeoutMs', bytes: halfALogIn, answered: 408 },
  { why: 'an unfinished body', key: 'handlerTimeoutMs', bytes: halfALogIn, answered: 408 }
]
for (const { why, key, bytes, answered } of slow) {
  t.test(`${why}: the connection is closed after ${key}`, async (t) => {
    const { url } = await start(t, { [key]: 200 })
    const begin = performance.now()
    const { status, body } = await exchange(url, bytes)
    const tookMs = performance.now() - begin
    t.ok(tookMs >= 200 && tookMs < soonMs, `${tookMs} ms`)
    if (answered === undefined) return
    t.equal(status, answered)
    t.match(JSON.parse(body), { Error: { name: 'BadRequestError' } })
  })
}

t.test('the time limit of a whole request holds also where its headers may take longer', async (t) => {
  const { url } = await start(t, { requestTimeoutMs: 300, headersTimeoutMs: 60_000 })
  const begin = performance.now()
  const { status, body } = await exchange(url, 'GET / HTTP/1.1\r\n')
  t.equal(status, 408)
  t.match(JSON.parse(body), { Error: { message: 'The request did not come to its end in time.' } })
  t.ok(performance.now() - begin < soonMs)
})

t.test('a connection is closed after the maximum of requests', async (t) => {
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

t.test('the timeouts of HTTP can be switched off, except those of Node', async (t) => {
  const off = { connectionTimeoutMs: 0, handlerTimeoutMs: 0, maxRequestsPerSocket: 0 }
  const server = await start(t, off)
  const ann = await server.signUp('ann')
  t.equal((await server.post('/upload-image', {}, { cookie: ann.cookie })).status, 400)

  const connected = once(server.app.server, 'connection')
  t.equal((await exchange(server.url, 'GET /exit HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')).status, 200)
  const [socket] = (await connected) as [Socket]
  t.equal(socket.timeout, 0)
})
