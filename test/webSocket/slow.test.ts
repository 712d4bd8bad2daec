import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import t, { type Test } from 'tap'
import Type from 'typebox'
import type { WebSocket } from 'ws'
import { methods } from '../../src/rpc/index.js'
import { method } from '../../src/rpc/method.js'
import { type StartOptions, startServer } from '../helpers/server.js'

const long = 'x'.repeat(16 * 1024 * 1024)
const tellMuch = method({ summary: '', params: Type.Object({}), result: Type.String(), run: async () => long })
const text = '中'.repeat(4096)
const maxFrameBytes = 3 * text.length + 500
const tooSlow = JSON.stringify({
  Error: { name: 'SlowConsumerError', message: 'Too much was left unread. Reconnect and call getUpdates.' }
})

/** Connects Ann and Bob. `served` is the connection of Bob on the side of the server. */
async function startDialog(t: Test, config: StartOptions['config']) {
  const server = await startServer(t, { methods: { ...methods, tellMuch }, config })
  const bob = await server.signUp('bob')
  const bobs = await bob.connect()
  const [served] = server.app.websocketServer.clients as Set<WebSocket>
  const ann = await (await server.signUp('ann')).connect()
  return { server, bob, bobs, served: served as WebSocket, ann }
}

t.test(
  'a client that does not read is disconnected when too much waits for it, and takes no more memory',
  async (t) => {
    const maxBufferedBytes = 100_000
    const { bob, bobs, served, ann } = await startDialog(t, { webSocket: { maxBufferedBytes, closeTimeoutMs: 60_000 } })
    bobs.socket.pause()

    let sent = 0
    let mostBytes = 0
    let slowestMs = 0
    const write = async () => {
      const start = performance.now()
      await ann.call('sendMessageToUser', ['@bob', text])
      sent++
      slowestMs = Math.max(slowestMs, performance.now() - start)
      mostBytes = Math.max(mostBytes, served.bufferedAmount)
    }
    while (sent < 5000 && served.readyState === served.OPEN) await write()
    t.ok(sent < 5000, `after ${sent} messages`)
    const kept = served.bufferedAmount
    for (let more = 0; more < 100; more++) await write()
    t.equal(served.bufferedAmount, kept, 'nothing is kept after the close')
    t.ok(mostBytes < maxBufferedBytes + 2 * maxFrameBytes, `it has cost ${mostBytes} bytes`)
    t.ok(slowestMs < 3000, 'the others do not feel it')

    bobs.socket.resume()
    t.same(await bobs.closed, { code: 1013, reason: tooSlow })
    const again = await bob.connect()
    t.match(await again.call('getDialogsList'), [{ unreadCount: sent }], 'and nothing is lost')
  }
)

t.test('a client that does not read the close frame goes offline', async (t) => {
  const { bobs, served, ann } = await startDialog(t, {
    webSocket: { maxBufferedBytes: 10_000, closeTimeoutMs: 50 },
    presence: { offlineGraceMs: 0 }
  })
  bobs.socket.pause()
  const gone = once(served, 'close')
  for (let sent = 0; sent < 5000 && served.readyState === served.OPEN; sent++) {
    await ann.call('sendMessageToUser', ['@bob', text])
  }
  await gone
  t.match(await ann.notification(), { code: 3100, body: { loggedOutUserTag: '@bob' } })
})

t.test('many messages in one turn of the event loop do not make a client slow', async (t) => {
  const { bobs, ann } = await startDialog(t, { webSocket: { maxBufferedBytes: 20_000 } })
  const numbers = Array.from({ length: 50 }, (_, number) => number)
  await Promise.all(numbers.map(() => ann.call('sendMessageToUser', ['@bob', text])))
  t.equal((await bobs.rest()).length, 50)
})

t.test('0 is no limit', async (t) => {
  const { bobs, served, ann } = await startDialog(t, { webSocket: { maxBufferedBytes: 0 } })
  bobs.socket.pause()
  while (served.bufferedAmount < 2 ** 21) await ann.call('sendMessageToUser', ['@bob', text])
  t.equal(served.readyState, served.OPEN)
})

t.test('an answer does not count towards the limit, even when the client takes it slowly', async (t) => {
  const { bobs, served, ann } = await startDialog(t, {})
  const answer = bobs.call<string>('tellMuch')
  while (served.bufferedAmount === 0) await setImmediate()
  bobs.socket.pause()
  const write = () => ann.call('sendMessageToUser', ['@bob', text])
  for (let sent = 0; sent < 60; sent++) await write()
  t.ok(served.bufferedAmount > 2 ** 20)
  t.equal(served.readyState, served.OPEN)
  bobs.socket.resume()
  t.ok((await answer) === long, 'it gets the whole answer')
  t.equal((await bobs.rest()).length, 60, 'and what was pushed meanwhile')

  await t.test('notifications behind the answer do count', async (t) => {
    bobs.call('tellMuch').catch(() => {})
    while (served.bufferedAmount === 0) await setImmediate()
    bobs.socket.pause()
    for (let sent = 0; sent < 200 && served.readyState === served.OPEN; sent++) await write()
    t.equal(served.readyState, served.CLOSING)
    bobs.socket.resume()
    t.match(await bobs.closed, { code: 1013 })
  })
})

t.test('a client that leaves while it takes a long answer does not delay a stop', async (t) => {
  const { server, bobs, served } = await startDialog(t, {})
  bobs.call('tellMuch').catch(() => {})
  bobs.call('tellMuch').catch(() => {})
  while (served.bufferedAmount === 0) await setImmediate()
  bobs.socket.pause()
  const gone = once(served, 'close')
  bobs.socket.terminate()
  await gone
  await t.resolves(server.app.close())
})
