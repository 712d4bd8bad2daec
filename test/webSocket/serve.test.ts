import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import Type from 'typebox'
import type { WebSocket } from 'ws'
import { method } from '../../src/rpc/method.js'
import { createDevice } from '../helpers/device.js'
import { startServer } from '../helpers/server.js'

t.test('hello is the first notification of a connection', async (t) => {
  const server = await startServer(t)
  const ann = await server.signUp('ann')
  const before = Date.now()
  const device = await ann.connect()

  const { serverTime, ...hello } = await device.hello
  t.same(hello, {
    tag: '@ann',
    cursor: await server.app.db.updates.newestCursor(),
    limits: { maxPayloadBytes: 65_536, maxBatchCalls: 50, maxPageItems: 500, maxTextLength: 4096 }
  })
  t.ok(serverTime >= before && serverTime <= Date.now())
  t.same(await device.rest(), [])
})

t.test('a message stored while a connection opens is pushed after hello, or found from its cursor', async (t) => {
  const server = await startServer(t)
  const ann = await (await server.signUp('ann')).connect()
  const bob = await server.signUp('bob')
  let sent = 0
  let isOpen = false
  const sendUntilOpen = async () => {
    while (!isOpen) {
      await Promise.all(Array.from({ length: 20 }, () => ann.call('sendMessageToUser', ['@bob', `${++sent}`])))
    }
  }
  const sending = sendUntilOpen()
  const device = await bob.connect()
  const { cursor } = await device.hello
  const { messages } = await device.call<{ messages: { seq: number }[] }>('getUpdates', [cursor, 500])
  isOpen = true
  await sending
  const pushed = (await device.rest()).map(({ body }) => body.seq as number)
  const known = await device.call<{ lastSeq: number }[]>('getDialogsList')
  t.equal(known[0]?.lastSeq, sent)
  const first = Math.min(...pushed, ...messages.map(({ seq }) => seq))
  const seqs = new Set([...pushed, ...messages.map(({ seq }) => seq)])
  t.equal(seqs.size, sent - first + 1, 'from the cursor on nothing is missing')
})

t.test('a client that leaves before hello was never online', async (t) => {
  const server = await startServer(t)
  const ann = await server.signUp('ann')
  let release = () => {}
  const held = new Promise<string>((resolve) => {
    release = () => resolve('')
  })
  t.capture(server.app.db.updates, 'newestCursor', () => held)
  const { socket } = createDevice(`${server.url.replace('http', 'ws')}/api`, ann.cookie)
  await once(socket, 'open')
  const [served] = server.app.websocketServer.clients
  socket.terminate()
  await once(served as WebSocket, 'close')
  release()
  await setImmediate()
  t.equal(server.app.notifier.isOnline(ann._id), false)
})

t.test('a connection that cannot get hello is closed', async (t) => {
  const server = await startServer(t)
  const ann = await server.signUp('ann')
  const errors = t.capture(server.app.log, 'error')
  t.capture(server.app.db.updates, 'newestCursor', () => Promise.reject(new Error('no store')))
  const device = await ann.connect()
  t.match(await device.closed, { code: 1006 })
  t.match(errors(), [{ args: [new Error('no store')] }])
})

t.test('a store that fails is logged, and ends neither the server nor the connection', async (t) => {
  const server = await startServer(t)
  const ann = await server.signUp('ann')
  const device = await ann.connect()
  const errors = t.capture(server.app.log, 'error')

  await server.app.db.close()
  t.same(await device.refusal('getSelfInfo'), { code: -32000, message: 'Server error' })
  const logIn = await server.post('/login', { user: { email: ann.email, password: ann.password } })
  t.same([logIn.status, await logIn.json()], [500, { Error: { name: 'ServerError', message: 'Server error' } }])
  const [socket] = server.app.websocketServer.clients
  const closed = once(socket as WebSocket, 'close')
  await device.close()
  await closed
  await server.app.close()
  t.equal(errors().length, 3, 'the call, the log-in, and when she was last seen')
})

t.test('waiting calls run after an orderly close of their connection, and not after a loss', async (t) => {
  let release = () => {}
  let counted = 0
  const params = Type.Object({})
  const untilReleased = () => {
    return new Promise<string>((resolve) => {
      release = () => resolve('released')
    })
  }
  const hold = method({ summary: '', params, result: Type.String(), run: untilReleased })
  const count = method({ summary: '', params, result: Type.Number(), run: async () => ++counted })
  const server = await startServer(t, { methods: { hold, count } })
  const ann = await server.signUp('ann')

  const calls = ['hold', 'count', 'count', 'count'].map((name) => `{"jsonrpc":"2.0","id":1,"method":"${name}"}`)
  for (const [why, texts, end, expected] of [
    ['calls, after a close', calls, 'close', 3],
    ['calls, after a loss', calls, 'terminate', 0],
    ['a batch, after a close', [`[${calls}]`], 'close', 3],
    ['a batch, after a loss', [`[${calls}]`], 'terminate', 0]
  ] as const) {
    counted = 0
    const { socket } = await ann.connect()
    const [served] = server.app.websocketServer.clients
    const closed = once(served as WebSocket, 'close')
    for (const text of texts) socket.send(text)
    let frames = 0
    served?.on('message', () => frames++)
    while (frames < texts.length) await setImmediate()
    socket[end]()
    await closed
    release()
    for (let turn = 0; turn < 9; turn++) await setImmediate()
    t.equal(counted, expected, why)
  }
})
