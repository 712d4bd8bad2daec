import t, { type Test } from 'tap'
import { methods } from '../../src/rpc/index.js'
import type { Message } from '../../src/schemas/message.js'
import type { Device } from '../helpers/device.js'
import { createHold } from '../helpers/hold.js'
import { type Person, type Server, startServer } from '../helpers/server.js'

/** Starts a server on which a call of `hold` has begun when `begun` resolves, and ends when `release` is called. */
async function startWithHold(t: Test, config = {}) {
  const { hold, begun, release } = createHold()
  const server = await startServer(t, { methods: { ...methods, hold }, config })
  const [ann, bob] = [await server.signUp('ann'), await server.signUp('bob')]
  return { server, ann, bobs: await bob.connect(), begun, release }
}

const call = (name: string, params: string[] = [], id?: number) => ({ jsonrpc: '2.0', method: name, params, id })
const batch = [
  call('hold', [], 1),
  call('sendMessageToUser', ['@bob', 'late'], 2),
  call('sendMessageToUser', ['@bob', 'later'])
]
const rest = [
  { id: 1, result: 'done' },
  { id: 2, error: { code: -32001, message: 'Unauthenticated' } }
]

const exit = ({ url }: Server, { cookie }: Person) => fetch(`${url}/exit`, { headers: { cookie } })
const textsOf = async (device: Device) =>
  (await device.call<Message[]>('getMessagesWithUser', ['@ann'])).map(({ text }) => text)

t.test('once a log-out was answered, the rest of a batch over HTTP does not begin', async (t) => {
  const { server, ann, bobs, begun, release } = await startWithHold(t)
  const answer = server.post('/rpc', batch, { cookie: ann.cookie })
  await begun
  t.equal((await exit(server, ann)).status, 200)
  release()
  t.match(await (await answer).json(), rest)
  t.same(await textsOf(bobs), [])
})

t.test('once a log-out was answered, the rest of a batch over a WebSocket does not begin', async (t) => {
  const { server, ann, bobs, begun, release } = await startWithHold(t)
  const device = await ann.connect()
  device.socket.send(JSON.stringify(batch))
  await begun
  t.equal((await exit(server, ann)).status, 200)
  release()
  t.match(await device.closed, { code: 1008 })
  t.same(await textsOf(bobs), [])
})

t.test('the rest of a batch does not begin where its connection was cut off for another reason', async (t) => {
  const { server, ann, bobs, begun, release } = await startWithHold(t)
  const device = await ann.connect()
  device.socket.send(JSON.stringify(batch))
  await begun
  device.socket.send(' '.repeat(70_000))
  t.match(await device.closed, { code: 1009 })
  release()
  t.same(await textsOf(bobs), [])
  await server.app.close()
})

t.test('a call over HTTP that is delayed by its rate does not begin after a log-out', async (t) => {
  const rate = { messagesPerSecond: 1, messageBurst: 1, maxDelayMs: 10_000, callsPerSecond: 0 }
  const { server, ann, bobs } = await startWithHold(t, { app: { rateLimits: 'on' }, rate })
  const send = (text: string) =>
    server.post('/rpc', call('sendMessageToUser', ['@bob', text], 1), { cookie: ann.cookie })
  t.match(await (await send('first')).json(), { result: { status: 'OK' } })
  const delayed = send('late')
  t.equal((await server.post('/rpc', call('getSelfInfo', [], 1), { cookie: ann.cookie })).status, 200)
  t.equal((await exit(server, ann)).status, 200)
  t.match(await (await delayed).json(), { error: { code: -32001 } })
  t.same(await textsOf(bobs), ['first'])
})

t.test('calls of a session that expires meanwhile do not begin', async (t) => {
  const { server, ann, bobs, begun, release } = await startWithHold(t)
  const session = await server.app.sessions.find(ann.sessionId)
  t.intercept(server.app.sessions, 'find', { value: async () => session })
  const answer = server.post('/rpc', batch, { cookie: ann.cookie })
  await begun
  Object.assign(session as object, { expiresAt: Date.now() })
  release()
  t.match(await (await answer).json(), rest)
  t.same(await textsOf(bobs), [])
})
