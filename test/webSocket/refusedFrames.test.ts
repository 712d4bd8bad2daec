import { once } from 'node:events'
import type { Socket } from 'node:net'
import t from 'tap'
import { openDevice } from '../helpers/device.js'
import { startServer } from '../helpers/server.js'

t.test('a binary frame and a frame that is too large close the connection', async (t) => {
  const server = await startServer(t, { config: { webSocket: { maxPayloadBytes: 1000 } } })
  const ann = await server.signUp('ann')
  const refused = [
    { why: 'binary', frame: Buffer.from('{}'), code: 1003 },
    { why: 'too large', frame: ' '.repeat(1001), code: 1009 }
  ]
  for (const { why, frame, code } of refused) {
    const device = await ann.connect()
    device.socket.send(frame)
    t.same(await device.closed, { code, reason: '' }, why)
  }
})

t.test('an invalid frame closes the connection with the code of RFC 6455', async (t) => {
  const server = await startServer(t)
  const ann = await server.signUp('ann')
  const key = [0, 0, 0, 0]
  const refused = [
    { why: 'a text is UTF-8', bytes: [0x81, 0x82, ...key, 0xc3, 0x28], code: 1007 },
    { why: 'frames of a client are masked', bytes: [0x81, 2, 0x7b, 0x7d], code: 1002 },
    { why: 'no reserved bit', bytes: [0xc1, 0x80, ...key], code: 1002 },
    { why: 'no unknown kind', bytes: [0x83, 0x80, ...key], code: 1002 },
    { why: 'nothing goes on that has not begun', bytes: [0x80, 0x80, ...key], code: 1002 },
    { why: 'a ping is in one piece', bytes: [0x09, 0x80, ...key], code: 1002 },
    { why: 'a code of a close is one of those', bytes: [0x88, 0x82, ...key, 0x03, 0xed], code: 1002 },
    {
      why: 'a gigabyte is too large, also in fragments',
      bytes: [0x01, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, ...key],
      code: 1009
    },
    {
      why: 'a frame has so many fragments',
      bytes: [0x01, 0x80, ...key, ...Array.from({ length: 64 }, () => [0x00, 0x80, ...key]).flat()],
      code: 1008
    }
  ]
  for (const { why, bytes, code } of refused) {
    const { socket, closed } = await ann.connect()
    // The TCP socket below the WebSocket: the client's WebSocket sends only valid frames.
    ;(socket as unknown as { _socket: Socket })._socket.write(Buffer.from(bytes))
    t.same(await closed, { code, reason: '' }, why)
  }
})

t.test('the pieces of a frame are limited', async (t) => {
  // One more piece is allowed: the server itself may cut a frame of this size into two.
  const webSocket = { maxBufferedChunks: 4, maxPayloadBytes: 128 }
  const server = await startServer(t, { config: { webSocket } })
  const ann = await server.signUp('ann')
  for (const [pieces, code] of [
    [5, 1005],
    [6, 1008]
  ] as const) {
    const connected = once(server.app.server, 'connection')
    const { socket, closed } = await ann.connect()
    const [served] = (await connected) as [Socket]
    const tcp = (socket as unknown as { _socket: Socket })._socket
    const send = async (bytes: number[]) => {
      const came = once(served, 'data')
      tcp.write(Buffer.from(bytes))
      await came
    }
    await send([0x81, 0x80 + pieces, 0, 0, 0, 0])
    for (let piece = 1; piece <= pieces; piece++) await send([0x78])
    tcp.write(Buffer.from([0x88, 0x80, 0, 0, 0, 0]))
    t.match(await closed, { code }, `${pieces}`)
  }
})

t.test('the server compresses nothing, even when a client offers it', async (t) => {
  const server = await startServer(t)
  const { cookie } = await server.signUp('ann')
  const device = await openDevice(t, `${server.url.replace('http', 'ws')}/api`, cookie, { perMessageDeflate: true })
  t.equal(device.socket.extensions, '')
})
