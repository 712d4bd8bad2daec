import t, { type Test } from 'tap'
import type { Message } from '../../src/schemas/message.js'
import type { Device } from '../helpers/device.js'
import { startServer } from '../helpers/server.js'

const rate = { messagesPerSecond: 1, messageBurst: 3, callsPerSecond: 1000, maxDelayMs: 30_000 }

function startWithLimits(t: Test, overrides: Record<string, number> = {}, webSocket = {}) {
  return startServer(t, { config: { app: { rateLimits: 'on' }, rate: { ...rate, ...overrides }, webSocket } })
}

/** Sends messages without waiting for their answers: three run at once, the others are delayed. */
function say(device: Device, texts: string[]) {
  for (const text of texts) {
    const call = { jsonrpc: '2.0', id: text, method: 'sendMessageToUser', params: ['@bob', text] }
    device.socket.send(JSON.stringify(call))
  }
}

const texts = (messages: Message[]) => messages.map(({ text }) => text)

t.test('a delayed call neither delays a stop nor runs after it', async (t) => {
  const server = await startWithLimits(t, { callsPerSecond: 1, callBurst: 2 }, { drainTimeoutMs: 100 })
  const ann = await (await server.signUp('ann')).connect()
  const lists = t.capture(server.app.db.dialogs, 'list', server.app.db.dialogs.list)
  const list = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'getDialogsList' })
  for (let number = 0; number < 30; number++) ann.socket.send(list)
  await ann.ask('[]')
  const begin = performance.now()
  await server.app.close()
  t.ok(performance.now() - begin < 5000, 'though the last one would have had to wait for half a minute')
  t.equal(lists().length, 2)
})

t.test('a delayed call is lost with its connection, even after an orderly close', async (t) => {
  const server = await startWithLimits(t)
  const [ann, bob] = [await server.signUp('ann'), await server.signUp('bob')]
  const device = await ann.connect()
  say(device, ['1', '2', '3', 'late', 'later'])
  await device.close()
  await server.app.close()
  const again = await startServer(t, { dir: server.dir })
  const bobs = await again.connect(bob.cookie)
  t.same(texts(await bobs.call<Message[]>('getMessagesWithUser', ['@ann'])), ['3', '2', '1'])
})

t.test('a delayed call of a user who has logged out does not run', async (t) => {
  const server = await startWithLimits(t)
  const [ann, bob] = [await server.signUp('ann'), await server.signUp('bob')]
  const [anns, bobs] = [await ann.connect(), await bob.connect()]
  say(anns, ['1', '2', '3', 'late', 'later'])
  for (const text of ['1', '2', '3']) t.match(await bobs.notification(), { body: { text } })
  await fetch(`${server.url}/exit`, { headers: { cookie: ann.cookie } })
  t.match(await anns.closed, { code: 1008 })
  await server.app.close()
  const again = await startServer(t, { dir: server.dir })
  t.same(texts(await (await again.connect(bob.cookie)).call<Message[]>('getMessagesWithUser', ['@ann'])), [
    '3',
    '2',
    '1'
  ])
})

t.test('a delayed call over HTTP does not run when the client has gone', async (t) => {
  const server = await startWithLimits(t, { messageBurst: 1 })
  const [ann, bob] = [await server.signUp('ann'), await server.signUp('bob')]
  const bobs = await bob.connect()
  const calls = ['1', 'late', 'later'].map((text) => {
    return { jsonrpc: '2.0', id: text, method: 'sendMessageToUser', params: ['@bob', text] }
  })
  const headers = { 'content-type': 'application/json', cookie: ann.cookie }
  const caller = new AbortController()
  const body = JSON.stringify(calls)
  const answer = fetch(`${server.url}/rpc`, { method: 'POST', headers, body, signal: caller.signal })
  t.match(await bobs.notification(), { body: { text: '1' } })
  caller.abort()
  await t.rejects(answer, { name: 'AbortError' })
  await server.app.close()
  const again = await startServer(t, { dir: server.dir })
  t.same(texts(await (await again.connect(bob.cookie)).call<Message[]>('getMessagesWithUser', ['@ann'])), ['1'])
})
