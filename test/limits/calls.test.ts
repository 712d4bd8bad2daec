import t, { type Test } from 'tap'
import type { Message } from '../../src/schemas/message.js'
import { hourMs, setClock, stopClock } from '../helpers/clock.js'
import type { Device, RpcError } from '../helpers/device.js'
import { type Person, type Server, startServer } from '../helpers/server.js'

/** Ann and Bob on a server that limits only what a test names, and delays nothing. */
async function startWithAnn(t: Test, rate: Record<string, number>) {
  const none = { callsPerSecond: 0, messagesPerSecond: 0, searchesPerSecond: 0, maxDelayMs: 0, refusalsBeforeClose: 0 }
  const server = await startServer(t, { config: { app: { rateLimits: 'on' }, rate: { ...none, ...rate } } })
  const [ann, bob] = [await server.signUp('ann'), await server.signUp('bob')]
  return { server, ann, bob }
}

const request = (method: string, params: unknown[] = [], id?: unknown) => ({ jsonrpc: '2.0', method, params, id })
const message = (text: unknown): [string, string[]] => ['sendMessageToUser', ['@bob', `${text}`]]
const times = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

/** Makes calls at the same time. Returns the code of each error, 0 for a result. */
const codesOf = (device: Device, calls: (readonly [string, (readonly unknown[])?])[]) =>
  Promise.all(
    calls.map(([method, params = []]) =>
      device.call(method, [...params]).then(
        () => 0,
        ({ error }: { error: RpcError }) => error.code
      )
    )
  )

const overHttp = ({ post }: Server, { cookie }: Person, body: unknown) => post('/rpc', body, { cookie })

t.test('calls at once are limited', async (t) => {
  stopClock(t)
  const limits: { why: string; rate: Record<string, number>; call: readonly [string, (readonly unknown[])?] }[] = [
    { why: 'calls', rate: { callsPerSecond: 1, callBurst: 3 }, call: ['getSelfInfo'] },
    { why: 'messages', rate: { messagesPerSecond: 1, messageBurst: 3 }, call: message('Hello') },
    { why: 'searches', rate: { searchesPerSecond: 1, searchBurst: 3 }, call: ['findUsersByTag', ['b']] },
    { why: 'searches', rate: { searchesPerSecond: 1, searchBurst: 3 }, call: ['findUsers', ['b']] }
  ]
  for (const { why, rate, call } of limits) {
    const { ann } = await startWithAnn(t, rate)
    const device = await ann.connect()
    t.same(await codesOf(device, Array(5).fill(call)), [0, 0, 0, -32005, -32005], why)
    const { data, ...error } = await device.refusal(call[0], [...(call[1] ?? [])])
    t.same(error, { code: -32005, message: 'Too many requests' })
    const { retryAfterMs, ...explanation } = data as Required<RpcError>['data']
    t.same(explanation, { name: 'TooManyRequestsError', message: `Too many ${why} of this user.` })
    t.ok(retryAfterMs && retryAfterMs > 0 && retryAfterMs <= 1000, `${retryAfterMs}`)

    const [key] = Object.keys(rate) as [string]
    const free = await (await startWithAnn(t, { ...rate, [key]: 0 })).ann.connect()
    t.same(await codesOf(free, Array(10).fill(call)), Array(10).fill(0), '0 is no limit')
  }
})

t.test('the limits of a user hold over all connections, HTTP and reconnects', async (t) => {
  stopClock(t)
  const { server, ann, bob } = await startWithAnn(t, {
    callsPerSecond: 1,
    callBurst: 6,
    messagesPerSecond: 1,
    messageBurst: 3
  })
  const [phone, tab] = [await ann.connect(), await ann.connect()]
  t.same(await codesOf(phone, [message(1), message(2)]), [0, 0])
  t.equal((await overHttp(server, ann, request(...message(3), 1))).status, 200)
  await phone.close()
  t.same(await codesOf(await ann.connect(), [message(4), ['getSelfInfo']]), [-32005, 0], 'no more messages')
  t.same(await codesOf(tab, [['getSelfInfo'], ['getSelfInfo']]), [0, -32005], 'and then no more calls')
  t.equal((await overHttp(server, ann, request('getSelfInfo', [], 1))).status, 429)
  t.same(await codesOf(await bob.connect(), [['sendMessageToUser', ['@ann', 'Hello']]]), [0], 'another user')
})

t.test('the limits of a connected user hold while others come and go', async (t) => {
  stopClock(t)
  const { ann, bob } = await startWithAnn(t, { callsPerSecond: 1, callBurst: 3, maxTracked: 1 })
  const phone = await ann.connect()
  await (await bob.connect()).call('getSelfInfo')
  t.same(await codesOf(phone, Array(3).fill(['getSelfInfo'])), [0, 0, 0])
  t.same(await codesOf(await ann.connect(), [['getSelfInfo']]), [-32005])
})

t.test('calls over their rate are delayed, and keep their order', async (t) => {
  const { ann, bob } = await startWithAnn(t, { messagesPerSecond: 20, messageBurst: 2, maxDelayMs: 10_000 })
  const [device, bobs] = [await ann.connect(), await bob.connect()]
  const begin = performance.now()
  const answers = await Promise.all(
    times(15).map((time) =>
      time % 5 === 0
        ? device.call<Message[]>('getMessagesWithUser', ['@bob', 0, 1]).then(([newest]) => newest?.text)
        : device.call('sendMessageToUser', ['@bob', `${time}`]).then(() => `${time}`)
    )
  )
  t.ok(performance.now() - begin >= 9 * 50, 'of 12 messages 10 have waited')
  t.same(
    answers,
    times(15).map((time) => `${time % 5 === 0 ? time - 1 : time}`),
    'each call sees the message before it'
  )
  const history = await device.call<Message[]>('getMessagesWithUser', ['@bob'])
  const texts = times(15)
    .filter((time) => time % 5 > 0)
    .map(String)
  t.same(history.map(({ text }) => text).reverse(), texts)
  t.same(
    (await bobs.rest()).map(({ body }) => body.text),
    texts
  )
})

t.test('a call that would have to wait too long is refused, and takes nothing', async (t) => {
  const { ann } = await startWithAnn(t, { messagesPerSecond: 4, messageBurst: 1, maxDelayMs: 600 })
  const device = await ann.connect()
  t.same(await codesOf(device, times(9).map(message)), [0, 0, 0, ...Array(6).fill(-32005)])
  const history = await device.call<Message[]>('getMessagesWithUser', ['@bob'])
  t.same(
    history.map(({ text }) => text),
    ['3', '2', '1']
  )
})

t.test('over the WebSocket the list of dialogs is delayed, and never refused', async (t) => {
  const { server, ann, bob } = await startWithAnn(t, { callsPerSecond: 20, callBurst: 1 })
  const device = await ann.connect()
  const begin = performance.now()
  t.same(await codesOf(device, Array(6).fill(['getDialogsList'])), Array(6).fill(0))
  t.ok(performance.now() - begin >= 4 * 50)
  const statuses = times(2).map(async (id) => (await overHttp(server, bob, request('getDialogsList', [], id))).status)
  t.same((await Promise.all(statuses)).sort(), [200, 429], 'over HTTP a delay would hold up nobody')
})

t.test('each call of a batch counts, and so does a text that is not a call', async (t) => {
  stopClock(t)
  const { ann } = await startWithAnn(t, { callsPerSecond: 1, callBurst: 7 })
  const device = await ann.connect()
  for (const text of ['{', '[]', '7']) t.match(await device.ask(text), { error: { code: Number } })
  t.match(await device.refusal('noSuchMethod'), { code: -32601 })
  const batch = [request('getSelfInfo', [], 1), request('getSelfInfo'), request('getSelfInfo', [], 2)]
  t.match(await device.ask(JSON.stringify(batch)), [{ id: 1 }, { id: 2, result: {} }])
  t.match(await device.ask(JSON.stringify(batch)), [
    { id: 1, error: { code: -32005 } },
    { id: 2, error: { code: -32005 } }
  ])
  t.match(await device.ask('{'), { error: { code: -32700 } }, 'a text that is not a call gets its own error')
  device.socket.send(JSON.stringify(request('getSelfInfo')))
  t.match(await device.ask(JSON.stringify(request('getSelfInfo', [], 3))), { id: 3 }, 'a notification is dropped')
})

t.test('the clock of the machine may be set', async (t) => {
  stopClock(t)
  const { ann } = await startWithAnn(t, { messagesPerSecond: 1, messageBurst: 1 })
  const device = await ann.connect()
  t.same(await codesOf(device, [message(1), message(2)]), [0, -32005])
  await t.test('set on by an hour', async (t) => {
    setClock(t, Date, hourMs)
    t.same(await codesOf(device, [message(3)]), [-32005])
  })
  await t.test('set back by an hour, and a second later', async (t) => {
    setClock(t, Date, -hourMs)
    setClock(t, performance, 1000)
    t.same(await codesOf(device, [message(4), message(5)]), [0, -32005])
  })
})
