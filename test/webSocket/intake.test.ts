import type { Socket } from 'node:net'
import t, { type Test } from 'tap'
import Type from 'typebox'
import type { WebSocket } from 'ws'
import { methods } from '../../src/rpc/index.js'
import { method } from '../../src/rpc/method.js'
import type { Device } from '../helpers/device.js'
import { startServer } from '../helpers/server.js'

const maxPendingFrames = 40

/** Returns the TCP socket below a WebSocket, which can write many frames at once. */
const tcpOf = ({ socket }: Device) => (socket as unknown as { _socket: Socket })._socket

/** Returns a text frame of a client with a mask of zero. */
function frameOf(text: string): Buffer {
  const payload = Buffer.from(text)
  const length = payload.length < 126 ? [0x80 + payload.length] : [0xfe, payload.length >> 8, payload.length & 0xff]
  return Buffer.concat([Buffer.from([0x81, ...length, 0, 0, 0, 0]), payload])
}

/** Connects Ann to a server whose method `hold` ends when `release` is called, and counts what the server dispatches. */
async function startWithHold(t: Test) {
  let release = () => {}
  const released = new Promise<string>((resolve) => {
    release = () => resolve('done')
  })
  const hold = method({ summary: '', params: Type.Object({}), result: Type.String(), run: () => released })
  const server = await startServer(t, { methods: { ...methods, hold }, config: { webSocket: { maxPendingFrames } } })
  const ann = await server.signUp('ann')
  const device = await ann.connect()
  const dispatches = t.capture(server.app, 'rpc', server.app.rpc)
  const count = async (text: string) => {
    // Its answers show that the server has read everything that arrived before.
    const bystander = await ann.connect()
    for (let time = 0; time < 20; time++) await bystander.call('getSelfInfo')
    return dispatches().filter(({ args }) => args[0] === text).length
  }
  return { device, held: device.call('hold'), release, count }
}

t.test('frames beyond the limit of pending ones are not dispatched, even when many arrive at once', async (t) => {
  const { device, held, release, count } = await startWithHold(t)
  tcpOf(device).write(Buffer.concat(Array(5000).fill(frameOf('x'))))
  const dispatched = await count('x')
  t.ok(dispatched >= maxPendingFrames - 1 && dispatched < 100, `${dispatched} of 5000`)
  release()
  t.equal(await held, 'done')
  t.match(await device.call('getSelfInfo'), { tag: '@ann' })
  t.equal(dispatched + (await count('x')), 5000, 'all of them are, later')
})

t.test('frames that arrive in pieces are read whole', async (t) => {
  const server = await startServer(t)
  const [ann, bob] = [await (await server.signUp('ann')).connect(), await (await server.signUp('bob')).connect()]
  const text = Array.from({ length: 4000 }, (_, index) => String.fromCodePoint(0x4e00 + index)).join('')
  const send = (id: number) =>
    frameOf(JSON.stringify({ jsonrpc: '2.0', id, method: 'sendMessageToUser', params: ['@bob', text] }))
  tcpOf(ann).write(Buffer.concat([send(1), send(2), send(3)]))
  for (let seq = 1; seq <= 3; seq++) {
    const { body } = await bob.notification()
    t.ok(body.seq === seq && body.text === text)
  }
})

t.test('the bytes of pending frames are limited', async (t) => {
  const { device, held, release, count } = await startWithHold(t)
  const large = `{"jsonrpc":"2.0","id":7,"method":"getSelfInfo","params":[${'[],'.repeat(15_000)}[]]}`
  for (let sent = 0; sent < 30; sent++) device.socket.send(large)
  const dispatched = await count(large)
  t.ok(dispatched > 0 && dispatched <= 2, `${dispatched} of 30`)
  release()
  t.equal(await held, 'done')
  for (let sent = 0; sent < 30; sent++) t.match(await device.ask('{'), { id: 7, error: { code: -32602 } })
})

t.test('a frame may have the configured size', async (t) => {
  const maxPayloadBytes = 2_000_000
  const server = await startServer(t, { config: { webSocket: { maxPayloadBytes } } })
  const ann = await (await server.signUp('ann')).connect()
  const request = '{"jsonrpc":"2.0","id":7,"method":"getSelfInfo"}'
  t.match(await ann.ask(request.padEnd(maxPayloadBytes)), { id: 7, result: { tag: '@ann' } })
})

t.test('pongs share the event loop as requests do', async (t) => {
  const server = await startServer(t, { config: { webSocket: { maxTurnMs: 0 } } })
  const ann = await (await server.signUp('ann')).connect()
  const [served] = server.app.websocketServer.clients as Set<WebSocket>
  const pauses = t.capture(served as WebSocket, 'pause', served?.pause)
  const pong = Buffer.from([0x8a, 0x80, 0, 0, 0, 0])
  tcpOf(ann).write(Buffer.concat(Array(1000).fill(pong)))
  t.match(await ann.call('getSelfInfo'), { tag: '@ann' })
  t.ok(pauses().length > 10, 'it is paused between them')
})
