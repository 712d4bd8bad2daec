import t, { type Test } from 'tap'
import type { Message } from '../../src/schemas/message.js'
import { stopClock } from '../helpers/clock.js'
import type { Device } from '../helpers/device.js'
import { type Person, type Server, startServer } from '../helpers/server.js'

const none = { callsPerSecond: 0, messagesPerSecond: 0, searchesPerSecond: 0 }
const text = 'x'.repeat(4096)

/** Ann, who has three long messages from Bob, on a server that limits the bytes of answers. */
async function startWithAnn(t: Test, rate: Record<string, number>) {
  const server = await startServer(t, { config: { app: { rateLimits: 'on' }, rate: { ...none, ...rate } } })
  const [ann, bob] = [await server.signUp('ann'), await server.signUp('bob')]
  const bobs = await bob.connect()
  for (let sent = 0; sent < 3; sent++) await bobs.call('sendMessageToUser', ['@ann', text])
  return { server, ann, bob, bobs }
}

const read = (device: Device) => device.call<Message[]>('getMessagesWithUser', ['@bob'])
const tooMany = { code: -32005, data: { message: 'Too many bytes of answers of this user.' } }

t.test('pages cost a user what they have, over all connections and HTTP', async (t) => {
  stopClock(t)
  const { server, ann, bobs } = await startWithAnn(t, { answerBytesPerSecond: 1000, answerBurstBytes: 13_000 })
  const [phone, tab] = [await ann.connect(), await ann.connect()]
  t.equal((await read(phone)).length, 3)
  t.equal((await read(tab)).length, 3, 'a page is not refused while some bytes are left')
  const pages: [method: string, params: unknown[]][] = [
    ['getMessagesWithUser', ['@bob']],
    ['getMessagesBySeq', ['@bob', 1, 3]],
    ['getUpdates', [phone.hello ? (await phone.hello).cursor : '']]
  ]
  for (const [method, params] of pages) t.match(await phone.refusal(method, params), tooMany, method)
  const refusal = await phone.refusal('getMessagesWithUser', ['@bob'])
  t.ok(refusal.data?.retryAfterMs && refusal.data.retryAfterMs > 10_000, 'the time that the bytes take')
  t.match(await overHttp(server, ann), { error: tooMany })
  t.match(await phone.call('getSelfInfo'), { tag: '@ann' }, 'other calls go on')
  t.equal((await bobs.call<Message[]>('getMessagesWithUser', ['@ann'])).length, 3, 'and so do those of other users')
})

async function overHttp({ post }: Server, { cookie }: Person) {
  const body = { jsonrpc: '2.0', id: 1, method: 'getMessagesWithUser', params: ['@bob'] }
  return (await post('/rpc', body, { cookie })).json()
}

t.test('a page costs its bytes, not its characters', async (t) => {
  stopClock(t)
  const { ann, bobs } = await startWithAnn(t, { answerBytesPerSecond: 1000, answerBurstBytes: 20_000 })
  const device = await ann.connect()
  for (let sent = 0; sent < 3; sent++) await bobs.call('sendMessageToUser', ['@ann', 'я'.repeat(4096)])
  t.equal((await device.call<Message[]>('getMessagesWithUser', ['@bob', 0, 3])).length, 3)
  t.match(await device.refusal('getMessagesWithUser', ['@bob', 0, 3]), tooMany)
})

t.test('over HTTP a page that is refused once its turn has come has the status of a refusal', async (t) => {
  stopClock(t)
  const { server, ann } = await startWithAnn(t, { answerBytesPerSecond: 1000, answerBurstBytes: 1 })
  const body = { jsonrpc: '2.0', id: 1, method: 'getMessagesWithUser', params: ['@bob'] }
  const answers = await Promise.all([1, 2].map(() => server.post('/rpc', body, { cookie: ann.cookie })))
  t.same(answers.map(({ status }) => status).sort(), [200, 429])
  t.match(answers.find(({ status }) => status === 429)?.headers.get('retry-after'), /^\d+$/)
})

t.test('a page waits for the bytes before it, and the list of dialogs is never refused', async (t) => {
  const { ann } = await startWithAnn(t, { answerBytesPerSecond: 20_000, answerBurstBytes: 1, maxDelayMs: 10_000 })
  const device = await ann.connect()
  const begin = performance.now()
  for (let time = 0; time < 3; time++) t.equal((await read(device)).length, 3)
  t.ok(performance.now() - begin > 1000, 'three pages of 12 KB')

  await t.test('two pages of one batch', async (t) => {
    const { ann } = await startWithAnn(t, { answerBytesPerSecond: 20_000, answerBurstBytes: 1, maxDelayMs: 10_000 })
    const device = await ann.connect()
    const page = (id: number) => ({ jsonrpc: '2.0', id, method: 'getMessagesWithUser', params: ['@bob'] })
    const begin = performance.now()
    t.match(await device.ask(JSON.stringify([page(1), page(2)])), [{ result: Array }, { result: Array }])
    t.ok(performance.now() - begin > 500, 'the second one has waited for the first')
  })

  await t.test('the list', async (t) => {
    const { ann } = await startWithAnn(t, { answerBytesPerSecond: 40_000, answerBurstBytes: 1, maxDelayMs: 0 })
    const device = await ann.connect()
    for (let time = 0; time < 3; time++) t.match(await device.call('getDialogsList'), [{ lastSeq: 3 }])
  })
})

t.test('0 is no limit', async (t) => {
  stopClock(t)
  const { ann } = await startWithAnn(t, { answerBytesPerSecond: 0, answerBurstBytes: 1, callsPerSecond: 100 })
  const device = await ann.connect()
  for (let time = 0; time < 5; time++) t.equal((await read(device)).length, 3)
})
