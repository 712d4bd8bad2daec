import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import sharp from 'sharp'
import t, { type Test } from 'tap'
import Type from 'typebox'
import { methods as messenger } from '../../../src/rpc/index.js'
import { method } from '../../../src/rpc/method.js'
import { largeBytes, withLargeFile } from '../../helpers/largeFile.js'
import { answerOf, exchange, halfALogIn, openSocket } from '../../helpers/rawHttp.js'
import { type StartOptions, startServer } from '../../helpers/server.js'

/** Starts a server with a method that is answered when the test says so. Ann signed up before, with longer timeouts. */
async function startHolding(
  t: Test,
  app: Record<string, number>,
  { dir = t.testdir(), ...options }: StartOptions = {}
) {
  const before = await startServer(t, { dir })
  const ann = await before.signUp('ann')
  await before.app.close()
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
    dir,
    methods: { ...messenger, hold },
    config: { ...options.config, app }
  })
  const holdOverHttp = () => {
    return server.post('/rpc', { jsonrpc: '2.0', id: 1, method: 'hold' }, { cookie: ann.cookie })
  }
  return { server, ann, release, holdOverHttp }
}

t.test('an answer that takes too long is given up over HTTP, not on the WebSocket', async (t) => {
  const { server, ann, release, holdOverHttp } = await startHolding(t, { handlerTimeoutMs: 500 })
  const errors = t.capture(server.app.log, 'error')
  const device = await server.connect(ann.cookie)
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

t.test('a client that waits for an answer may be silent', async (t) => {
  const { holdOverHttp } = await startHolding(t, { connectionTimeoutMs: 500, handlerTimeoutMs: 1500 })
  t.equal((await holdOverHttp()).status, 503)
})

/** Returns the beginning of a request that uploads a picture, up to its bytes. */
function uploadOf(person: { cookie: string }, pictureBytes: number) {
  const part = 'content-disposition: form-data; name="image"; filename="x.png"\r\ncontent-type: image/png'
  const before = `--edge\r\n${part}\r\n\r\n`
  const after = '\r\n--edge--\r\n'
  const head = [
    'POST /upload-image HTTP/1.1',
    `host: x\r\ncookie: ${person.cookie}\r\nconnection: close`,
    `content-type: multipart/form-data; boundary=edge\r\ncontent-length: ${before.length + pictureBytes + after.length}`
  ]
  return { before: `${head.join('\r\n')}\r\n\r\n${before}`, after }
}

t.test('a picture may be sent slowly', async (t) => {
  const { server, ann, holdOverHttp } = await startHolding(t, { handlerTimeoutMs: 500 })
  const picture = await sharp({ create: { width: 9, height: 9, channels: 3, background: 'red' } })
    .png()
    .toBuffer()
  const { before, after } = uploadOf(ann, picture.length)
  const socket = await openSocket(server.url)
  socket.write(before)
  for (let times = 0; times < 2; times++) t.equal((await holdOverHttp()).status, 503)
  const answer = await answerOf(socket, Buffer.concat([picture, Buffer.from(after)]))
  t.equal(answer.status, 200)
})

t.test('a picture that stops amid the upload is refused with 408', async (t) => {
  const { server, ann } = await startHolding(t, { connectionTimeoutMs: 200 })
  const errors = t.capture(server.app.log, 'error')
  const { status } = await exchange(server.url, `${uploadOf(ann, 999).before}half`)
  t.equal(status, 408)
  await server.app.close()
  t.same(errors(), [])
})

t.test('a file may be read slowly', async (t) => {
  const { server, holdOverHttp } = await startHolding(t, { handlerTimeoutMs: 500 }, withLargeFile(t))
  const [response] = (await once(get(`${server.url}/large.txt`), 'response')) as [IncomingMessage]
  for (let times = 0; times < 2; times++) t.equal((await holdOverHttp()).status, 503)
  let read = 0
  for await (const chunk of response) read += chunk.length
  t.equal(read, largeBytes)
})

t.test('a client that takes nothing of an answer is disconnected', async (t) => {
  const { server } = await startHolding(t, { connectionTimeoutMs: 200 }, withLargeFile(t))
  for (const body of ['', 'content-length: 9\r\n\r\nnot all', `\r\n${halfALogIn}`]) {
    const connected = once(server.app.server, 'connection')
    const client = await openSocket(server.url)
    t.teardown(() => client.destroy())
    client.write(`GET /large.txt HTTP/1.1\r\nhost: x\r\n${body || '\r\n'}`)
    const [socket] = (await connected) as [Socket]
    await once(socket, 'close')
    t.ok(socket.bytesWritten > 65_536 && socket.bytesWritten < largeBytes, body)
  }
})
