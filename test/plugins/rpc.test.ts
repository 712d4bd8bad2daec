import { once } from 'node:events'
import { request } from 'node:http'
import t from 'tap'
import Type from 'typebox'
import { WebSocket } from 'ws'
import { method } from '../../src/rpc/method.js'
import type { Message } from '../../src/schemas/message.js'
import { openDevice } from '../helpers/device.js'
import { startServer } from '../helpers/server.js'

const wsUrl = (url: string, path: string) => url.replace('http', 'ws') + path

t.test('the WebSocket is at / and at the configured path, /api by default', async (t) => {
  const server = await startServer(t)
  const ann = await server.signUp('ann')
  for (const path of ['/api', '/', '/?from=here', '/api?from=here']) {
    const device = await openDevice(t, wsUrl(server.url, path), ann.cookie)
    t.match(await device.call('getSelfInfo'), { tag: '@ann' }, path)
  }

  const elsewhere = await startServer(t, { dir: server.dir, config: { webSocket: { path: '/socket' } } })
  for (const path of ['/socket', '/']) {
    const device = await openDevice(t, wsUrl(elsewhere.url, path), ann.cookie)
    t.match(await device.call('getSelfInfo'), { tag: '@ann' }, path)
  }
})

t.test('without a valid cookie the connection is opened and closed with the reason', async (t) => {
  const server = await startServer(t)
  for (const cookie of [undefined, 'auth=', 'auth=x.y.z', 'other=1']) {
    const device = await openDevice(t, wsUrl(server.url, '/api'), cookie)
    const reason = '{"Error":{"name":"NoAuthJWTError","message":"Authorization data missing."}}'
    t.same(await device.closed, { code: 1008, reason }, String(cookie))
  }
})

t.test('other paths accept no upgrade', async (t) => {
  const server = await startServer(t)
  const { cookie } = await server.signUp('ann')
  for (const path of ['/exit', '/img/default.jpg', '/nowhere', '/api/', '/example']) {
    const socket = new WebSocket(wsUrl(server.url, path), { headers: { cookie } })
    const [error] = await once(socket, 'error')
    t.equal(error.message, 'Unexpected server response: 404', path)
  }
  t.equal((await fetch(`${server.url}/api`)).status, 404, 'and /api is no page')
})

t.test('a frame right after the upgrade is not lost', async (t) => {
  const server = await startServer(t)
  const { cookie } = await server.signUp('ann')
  const { hostname, port } = new URL(server.url)
  const handshake = { 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' }
  const headers = { ...handshake, Connection: 'Upgrade', Upgrade: 'websocket', Cookie: cookie }
  const upgrade = request({ hostname, port, path: '/api', headers })
  // The frame leaves right behind the request, before the server has answered the handshake.
  upgrade.once('socket', (socket) =>
    socket.once('connect', () => socket.write(maskedFrame('{"jsonrpc":"2.0","method":"getSelfInfo","id":7}')))
  )
  upgrade.end()
  const [, socket, head] = await once(upgrade, 'upgrade')
  const [answer] = head.length > 0 ? [head] : await once(socket, 'data')
  socket.destroy()
  t.match(String(answer), /"tag":"@ann".*"id":7/)
})

t.test('fifty requests at once take effect and are answered in order', async (t) => {
  const server = await startServer(t)
  const ann = await (await server.signUp('ann')).connect()
  await server.signUp('bob')

  const numbers = Array.from({ length: 50 }, (_, index) => index)
  const send = (id: number) =>
    JSON.stringify({ jsonrpc: '2.0', id, method: 'sendMessageToUser', params: ['@bob', String(id)] })
  const read = (id: number) =>
    JSON.stringify({ jsonrpc: '2.0', id, method: 'getMessagesWithUser', params: ['@bob', 0, 1] })
  const answers = await Promise.all(numbers.map((id) => ann.ask(id % 5 === 4 ? read(id) : send(id))))

  t.same(
    answers.map((answer) => (answer as { id: number }).id),
    numbers
  )
  const seen = answers
    .filter((_, id) => id % 5 === 4)
    .map((answer) => (answer as { result: Message[] }).result[0]?.text)
  t.same(seen, numbers.filter((id) => id % 5 === 3).map(String), 'each sees what was sent just before it')
  const history = await ann.call<Message[]>('getMessagesWithUser', ['@bob'])
  t.same(
    history.map(({ text }) => Number(text)).reverse(),
    numbers.filter((id) => id % 5 !== 4)
  )
})

t.test('messages that are sent at once are answered in order, even when one is refused', async (t) => {
  const server = await startServer(t)
  const ann = await (await server.signUp('ann')).connect()
  await server.signUp('bob')
  const receivers = ['@bob', '@nobody', '@ann', '@bob', 7, '@bob']
  const answers = receivers.map((receiver, id) =>
    ann.ask(JSON.stringify({ jsonrpc: '2.0', id, method: 'sendMessageToUser', params: [receiver, `${id}`] }))
  )
  t.match(await Promise.all(answers), [
    { id: 0, result: { message: { seq: 1, text: '0' } } },
    { id: 1, error: { data: { message: 'is the tag of nobody', path: '/receiverTag' } } },
    { id: 2, error: { data: { message: 'is the sender' } } },
    { id: 3, result: { message: { seq: 2, text: '3' } } },
    { id: 4, error: { data: { path: '/receiverTag' } } },
    { id: 5, result: { message: { seq: 3, text: '5' } } }
  ])
})

t.test('a client that sends faster than it is answered is slowed down and loses nothing', async (t) => {
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  let started = 0
  const hold = method({
    summary: '',
    params: Type.Object({ number: Type.Integer() }),
    result: Type.Integer(),
    async run({ number }) {
      started++
      await held
      return number
    }
  })
  const server = await startServer(t, { methods: { hold }, config: { webSocket: { maxPendingFrames: 4 } } })
  const ann = await (await server.signUp('ann')).connect()
  const numbers = Array.from({ length: 1000 }, (_, index) => index)
  const answers = Promise.all(numbers.map((number) => ann.call<number>('hold', [number])))

  const [socket] = server.app.websocketServer.clients
  while (!socket?.isPaused) await new Promise(setImmediate)
  t.equal(started, 1, 'one call of a connection runs at a time')
  release()
  t.same(await answers, numbers)
})

/** Returns a text frame of a client (RFC 6455, 5.2) with a mask of zero. */
function maskedFrame(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)])
}
