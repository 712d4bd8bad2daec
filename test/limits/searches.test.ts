import t, { type Test } from 'tap'
import type { Device, RpcError } from '../helpers/device.js'
import { startServer } from '../helpers/server.js'

const rate = { searchesPerSecond: 2, searchBurst: 2, refusalsBeforeClose: 1, refusalsWindowMs: 10 }

async function startWithAnn(t: Test, overrides: Record<string, number> = {}) {
  const server = await startServer(t, { config: { app: { rateLimits: 'on' }, rate: { ...rate, ...overrides } } })
  const [ann] = [await server.signUp('ann'), await server.signUp('bob')]
  return { server, ann, device: await ann.connect() }
}

/** Searches as a client that searches at each keystroke. Resolves with the tags, or the error. */
const search = (device: Device, text: string) =>
  device.call<{ tag: string }[]>('findUsersByTag', [text]).then(
    (found) => found.map(({ tag }) => tag),
    ({ error }: { error: RpcError }) => error
  )

const replaced = { code: -32005, data: { message: 'A newer search has replaced this one.' } }

t.test('a search that waits is replaced by the next one, and the last one is answered', async (t) => {
  const { device } = await startWithAnn(t)
  const answers = await Promise.all(['b', 'bo', 'bob', 'bobb', 'bob'].map((text) => search(device, text)))
  t.match(answers, [['@bob'], ['@bob'], replaced, replaced, ['@bob']])
  const { data } = answers[2] as RpcError
  t.ok(data?.retryAfterMs && data.retryAfterMs <= 500, 'a refusal tells when the next search may come')
})

t.test('a key that is held down closes no connection', async (t) => {
  const { device } = await startWithAnn(t, { callsPerSecond: 1000, callBurst: 1000 })
  const keystrokes = Array.from({ length: 300 }, () => search(device, 'b'))
  t.same((await Promise.all(keystrokes)).at(-1), ['@bob'])
  t.same(await search(device, 'bob'), ['@bob'], 'and neither do more searches, once the refusals are known')
  t.equal(device.socket.readyState, device.socket.OPEN)
})

t.test('no other call waits behind a search', async (t) => {
  const { device } = await startWithAnn(t, { searchesPerSecond: 1, maxDelayMs: 60_000 })
  const taken = Array.from({ length: 12 }, () => [search(device, 'bob'), device.call('getSelfInfo')]).flat()
  const begin = performance.now()
  const answers = await Promise.all(taken)
  t.ok(performance.now() - begin < 9000, 'although each search would have had to wait for a second')
  t.same(
    answers.map((answer) => (Array.isArray(answer) ? answer : (answer as { tag: string }).tag)),
    Array.from({ length: 12 }, () => [['@bob'], '@ann']).flat(),
    'each is answered, in order'
  )
})

t.test('the last search is answered also where other calls came between', async (t) => {
  const { device } = await startWithAnn(t)
  const searches = ['b', 'bo', 'bob', 'bobb', 'bob'].map((text) => {
    const found = search(device, text)
    if (text.length < 3) device.call('getSelfInfo')
    return found
  })
  t.same((await Promise.all(searches)).at(-1), ['@bob'])
})

t.test('searches on credit are limited', async (t) => {
  const { device } = await startWithAnn(t)
  const calls = Array.from({ length: 20 }, () => [search(device, 'bob'), device.call('getSelfInfo')] as const)
  const answers = await Promise.all(calls.map(([answer]) => answer))
  const refused = answers.filter((answer) => !Array.isArray(answer))
  t.ok(refused.length > 10, `${refused.length} of 20`)
  t.match(refused, Array(refused.length).fill({ code: -32005, data: { message: 'Too many searches of this user.' } }))
  await Promise.all(calls.map(([, other]) => other))
})

t.test('a search that would have to wait too long is refused, and does not count towards the close', async (t) => {
  const { device } = await startWithAnn(t, { maxDelayMs: 0 })
  for (let time = 0; time < 30; time++) await search(device, 'b')
  t.match(await search(device, 'b'), { code: -32005, data: { message: 'Too many searches of this user.' } })
  t.match(await device.call('getSelfInfo'), { tag: '@ann' })
})

t.test('a search that need not wait any longer is not replaced', async (t) => {
  const { device } = await startWithAnn(t, { searchesPerSecond: 100, searchBurst: 1 })
  for (const text of ['b', 'bo', 'bob']) t.same(await search(device, text), ['@bob'])
})

t.test('a search that waits ends with its connection', async (t) => {
  const { server, ann, device } = await startWithAnn(t, { searchesPerSecond: 1, searchBurst: 1, maxDelayMs: 60_000 })
  const searches = t.capture(server.app.db.users, 'searchByTag', server.app.db.users.searchByTag)
  await search(device, 'b')
  device.call('findUsersByTag', ['bo']).catch(() => {})
  await device.close()
  await server.app.close()
  t.equal(searches().length, 1)
  t.equal(ann.tag, '@ann')
})
