import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import t from 'tap'
import { WebSocket } from 'ws'
import { createApp } from '../../src/app.js'
import { loadConfig } from '../../src/config.js'
import { hourMs, setClock } from '../helpers/clock.js'
import { postFrom } from '../helpers/elsewhere.js'
import { eve, type Server, startServer } from '../helpers/server.js'

const start = (t: Parameters<typeof startServer>[0], rate: Record<string, unknown>) =>
  startServer(t, { config: { app: { rateLimits: 'on' }, rate } })

const ask = async ({ url }: Server, path: string) => (await fetch(url + path)).status

const signUp = async ({ post }: Server, name: string) =>
  (await post('/signup', { user: { ...eve, tag: `@${name}`, email: `${name}@test.example` } })).status

/** Returns the status of the answer to an upgrade; of a refusal once its socket has ended. */
async function shakeHands({ url }: Server): Promise<number> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/`)
  socket.on('error', () => {})
  const refused = once(socket, 'unexpected-response') as Promise<[unknown, IncomingMessage]>
  const response = await Promise.race([refused.then(([, response]) => response), once(socket, 'close')])
  if (Array.isArray(response)) return 101
  if (!response.socket.destroyed) await once(response.socket, 'close')
  return Number(response.statusCode)
}

const limits: { why: string; key: string; rate?: object; act(server: Server, time: number): Promise<number> }[] = [
  { why: 'requests from one address', key: 'requestsPerMinute', act: (server) => ask(server, '/exit') },
  { why: 'requests to a path that does not exist', key: 'requestsPerMinute', act: (server) => ask(server, '/nowhere') },
  { why: 'connections opened from one address', key: 'handshakesPerMinute', act: shakeHands },
  {
    why: 'sign-ups from one address',
    key: 'signupsPerHour',
    rate: { signupBurst: 2 },
    act: (server, time) => signUp(server, `eve${time}`)
  },
  {
    why: 'sign-ups that are refused, because they tell that a tag is taken',
    key: 'signupsPerHour',
    rate: { signupBurst: 2 },
    act: (server) => signUp(server, 'eve')
  }
]

for (const { why, key, rate, act } of limits) {
  t.test(`limited: ${why}`, async (t) => {
    const statusesOf = async (rates: Record<string, unknown>) => {
      const server = await start(t, rates)
      return [await act(server, 1), await act(server, 2), await act(server, 3), await act(server, 4)]
    }
    const [one, two, ...others] = await statusesOf({ ...rate, [key]: 2 })
    t.not(one, 429)
    t.not(two, 429)
    t.same(others, [429, 429])
    t.notOk((await statusesOf({ ...rate, [key]: 0 })).includes(429), '0 is no limit')
  })
}

t.test('a refusal tells when to come back, whatever happens to the clock of the machine', async (t) => {
  const server = await start(t, { requestsPerMinute: 1, signupsPerHour: 1, signupBurst: 1, handshakesPerMinute: 1 })
  t.equal(await signUp(server, 'ann'), 200)
  t.equal(await shakeHands(server), 101)
  for (const byMs of [0, -hourMs, hourMs]) {
    await t.test(`set by ${byMs}`, async (t) => {
      setClock(t, Date, byMs)
      const refused = await fetch(`${server.url}/exit`)
      t.equal(refused.status, 429)
      t.match(refused.headers.get('retry-after'), /^([1-9]|[1-5]\d|60)$/)
      const message = 'Too many requests from this address.'
      t.same(await refused.json(), { Error: { name: 'TooManyRequestsError', message } })
      t.equal(await shakeHands(server), 429)
    })
  }
  await t.test('after a minute', async (t) => {
    setClock(t, performance, 60_000)
    t.equal(await shakeHands(server), 101)
    const refused = await server.post('/signup', { user: { ...eve, tag: '@bob', email: 'bob@test.example' } })
    t.match(await refused.json(), { Error: { message: 'Too many sign-ups from this address.' } })
    t.match(refused.headers.get('retry-after'), /^35\d\d$/)
  })
  await t.test('after an hour', async (t) => {
    setClock(t, performance, hourMs)
    t.equal(await signUp(server, 'bob'), 200)
  })
})

t.test('requests that do not count', async (t) => {
  const server = await start(t, { requestsPerMinute: 2, signupBurst: 1 })
  t.equal((await server.post('/signup', { user: { ...eve, tag: 'eve' } })).status, 400)
  t.equal(await signUp(server, 'eve'), 200, 'a form that was filled in wrongly')
  for (let file = 0; file < 5; file++) t.equal(await ask(server, '/example/main.js'), 200, 'the files of a page')
  t.equal(await shakeHands(server), 101, 'a connection, which has a limit of its own')
  const elsewhere = await postFrom('127.0.0.2', server, '/login', { user: { email: 'x', password: 'x' } })
  t.equal(elsewhere.status, 401, 'requests from another address')
  t.equal(await ask(server, '/exit'), 429)
})

t.test('a route may be without the limit', async (t) => {
  const { dir } = await start(t, { requestsPerMinute: 1 })
  const app = createApp(loadConfig(join(dir, 'config.json')).config)
  t.teardown(() => app.close())
  app.get('/free', { config: { rateLimit: false } }, async () => 'free')
  for (let time = 0; time < 3; time++) t.equal((await app.inject('/free')).statusCode, 200)
})

t.test('uploads of one user in a minute', async (t) => {
  const server = await start(t, { uploadsPerMinute: 1 })
  const [ann, bob] = [await server.signUp('ann'), await server.signUp('bob')]
  const upload = (cookie: string) => server.post('/upload-image', {}, { cookie })
  t.equal((await upload(ann.cookie)).status, 400)
  const refused = await upload(ann.cookie)
  t.equal(refused.status, 429)
  t.match(await refused.json(), { Error: { message: 'Too many uploads of this user.' } })
  t.equal((await upload(bob.cookie)).status, 400)

  const free = await startServer(t, {
    dir: server.dir,
    config: { app: { rateLimits: 'on' }, rate: { uploadsPerMinute: 0 } }
  })
  const statuses = await Promise.all(
    [ann, ann, ann].map(async ({ cookie }) => (await free.post('/upload-image', {}, { cookie })).status)
  )
  t.same(statuses, [400, 400, 400], '0 is no limit')
})

t.test('rate limits that are off, with a warning in the log', async (t) => {
  const rate = { requestsPerMinute: 1, signupBurst: 1, handshakesPerMinute: 1, failedLogIns: 1 }
  const server = await startServer(t, { config: { rate } })
  for (const name of ['ann', 'bob']) await server.signUp(name)
  t.same([await shakeHands(server), await shakeHands(server)], [101, 101])
  const logIn = () => postFrom('127.0.0.1', server, '/login', { user: { email: 'ann@test.example', password: 'x' } })
  t.match([await logIn(), await logIn()], [{ status: 401 }, { status: 401 }])

  const app = createApp(loadConfig(join(server.dir, 'config.json')).config)
  t.teardown(() => app.close())
  const warnings = t.capture(app.log, 'warn')
  await app.ready()
  t.match(warnings(), [{ args: ['There are no rate limits: app.rateLimits (RATE_LIMITS) is "off".'] }])
})

t.test('passwords are hashed and wait in limited numbers', async (t) => {
  const server = await startServer(t, { config: { accounts: { maxRunningHashes: 1, maxWaitingHashes: 2 } } })
  const { email, password } = await server.signUp('ann')
  const logIns = await Promise.all(
    Array.from({ length: 20 }, () => server.post('/login', { user: { email, password } }))
  )
  const statuses = logIns.map(({ status }) => status)

  t.same(new Set(statuses), new Set([200, 429]))
  const refused = logIns[statuses.indexOf(429)] as Response
  t.equal(refused.headers.get('retry-after'), '1')
})
