import { once } from 'node:events'
import type { Socket } from 'node:net'
import t from 'tap'
import { withLargeFile } from '../../helpers/largeFile.js'
import { answerOf, exchange, halfALogIn, openSocket } from '../../helpers/rawHttp.js'
import { startServer } from '../../helpers/server.js'

const upgrade =
  'connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n'

t.test('bytes that are hardly HTTP get an error of the usual shape, and the connection is closed', async (t) => {
  const { url } = await startServer(t, { config: { app: { requestTimeoutMs: 500 } } })
  const refused = [
    { why: 'it is not HTTP', bytes: 'HELLO\r\n\r\n', status: 400 },
    { why: 'the URL cannot be decoded', bytes: 'GET /%c0%ae HTTP/1.1\r\nhost: x\r\n\r\n', status: 400 },
    { why: 'nor that of an upgrade', bytes: `GET /%zz HTTP/1.1\r\nhost: x\r\n${upgrade}\r\n`, status: 400 },
    {
      why: 'the header is too large',
      bytes: `GET / HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`,
      status: 431
    },
    {
      why: 'it does not come to its end',
      bytes: halfALogIn,
      status: 408,
      message: 'The request did not come to its end in time.'
    }
  ]
  for (const { why, bytes, status, message = 'The request is malformed.' } of refused) {
    const answer = await exchange(url, bytes)
    t.equal(answer.status, status, why)
    t.match(JSON.parse(answer.body), { Error: { name: 'BadRequestError', message } }, why)
    t.match(answer.head, "\r\ncontent-security-policy: default-src 'none';frame-ancestors 'none'\r\n", why)
    t.match(answer.head, '\r\nx-content-type-options: nosniff', why)
  }
})

t.test('paths, ranges and preconditions that files do not fit are 4xx, not a fault of the server', async (t) => {
  const { url } = await startServer(t)
  const refused: [path: string, status: number, headers?: Record<string, string>][] = [
    ['/example/.env', 404],
    ['/example/%00', 404],
    ['/example/style/', 404],
    [`/img/${'a'.repeat(300)}`, 414],
    ['/example/main.js', 416, { range: 'bytes=99999999-' }],
    ['/example/main.js', 412, { 'if-match': '"another"' }]
  ]
  for (const [path, status, headers] of refused) {
    const response = await fetch(url + path, { headers })
    t.equal(response.status, status, path)
    t.match(await response.json(), { Error: { name: /Error$/ } }, path)
  }
})

t.test('an unfinished request does not keep the server from stopping', async (t) => {
  const server = await startServer(t, { config: { webSocket: { closeTimeoutMs: 100 } } })
  const ended: Promise<unknown>[] = []
  for (const bytes of [halfALogIn, '']) {
    ended.push(exchange(server.url, bytes))
    await once(server.app.server, 'connection')
  }
  await server.app.close()
  await Promise.all(ended)
  t.equal(server.app.server.listening, false)
})

t.test('an upgrade by another method than GET is refused, and its connection is closed', async (t) => {
  const { url } = await startServer(t)
  for (const method of ['HEAD', 'POST', 'OPTIONS']) {
    for (const path of ['/', '/api', '/exit']) {
      const { status } = await exchange(url, `${method} ${path} HTTP/1.1\r\nhost: x\r\n${upgrade}\r\n`)
      t.equal(status, 404, `${method} ${path}`)
    }
  }
})

t.test('garbage amid an answer puts no other answer into it', async (t) => {
  const { url } = await startServer(t, withLargeFile(t))
  const client = await openSocket(url)
  const begun = once(client, 'data')
  const ended = answerOf(client, 'GET /large.txt HTTP/1.1\r\nhost: x\r\n\r\n')
  await begun
  client.write('HELLO\r\n\r\n')
  const { status, body } = await ended
  t.equal(status, 200)
  t.notMatch(body, 'HTTP/1.1')
})

t.test('a client that has gone gets no answer and no log line', async (t) => {
  const server = await startServer(t)
  const lines = t.capture(server.app.log, 'info')
  const connected = once(server.app.server, 'connection')
  const client = await openSocket(server.url)
  const [socket] = (await connected) as [Socket]
  const came = once(server.app.server, 'request')
  client.write(halfALogIn)
  await came
  client.resetAndDestroy()
  await new Promise((resolve) => socket.once('close', resolve))
  t.same(lines(), [])
})
