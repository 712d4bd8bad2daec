import { once } from 'node:events'
import t, { type Test } from 'tap'
import { createLogIn } from '../../src/limits/logIns.js'
import { createRateLimiter } from '../../src/limits/rateLimiter.js'
import { hourMs, setClock } from '../helpers/clock.js'
import { postFrom } from '../helpers/elsewhere.js'
import { openSocket } from '../helpers/rawHttp.js'
import { type Server, startServer } from '../helpers/server.js'

/** Ann has an account, and logs in to it from this address or another one, with the right password or a wrong one. */
async function startWithAnn(t: Test, rate: Record<string, unknown>) {
  const server = await startServer(t, { config: { app: { rateLimits: 'on' }, rate: { signupBurst: 9, ...rate } } })
  const ann = await server.signUp('ann')
  const post = (email: string, password: string, address = '127.0.0.1') =>
    postFrom(address, server, '/login', { user: { email, password } })
  return {
    server,
    wrong: async (address?: string, email = ann.email) => (await post(email, 'wrong', address)).status,
    right: async (address?: string) => (await post(ann.email, ann.password, address)).status,
    refusal: () => post(ann.email, ann.password)
  }
}

t.test('a client that guesses passwords of an account has to wait, and no other client', async (t) => {
  const { wrong, right, refusal } = await startWithAnn(t, { failedLogIns: 3, failedLogInsWindowMs: 60_000 })
  t.same([await wrong(), await wrong(), await right()], [401, 401, 200], 'a success resets the limit')
  t.same([await wrong(), await wrong(), await wrong(), await wrong()], [401, 401, 401, 429])
  const { status, headers, body } = await refusal()
  t.same(
    [status, body],
    [
      429,
      { Error: { name: 'TooManyRequestsError', message: 'Too many failed log-ins to this account from this address.' } }
    ]
  )
  t.match(headers['retry-after'], /^([1-9]|[1-5]\d|60)$/)
  t.equal(await wrong('127.0.0.1', 'nobody@test.example'), 401, 'another account')
  t.equal(await right('127.0.0.2'), 200, 'another address')
  t.equal(await right(), 429, 'a success from another address does not help')

  for (const byMs of [-60_000, 60_000]) {
    await t.test(`the clock of the machine is set by ${byMs}`, async (t) => {
      setClock(t, Date, byMs)
      t.equal(await right(), 429)
    })
  }
  setClock(t, performance, 60_000)
  t.equal(await right(), 200, 'when as much time has passed')
})

t.test('attempts at the same time gain nothing', async (t) => {
  const { wrong } = await startWithAnn(t, { failedLogIns: 3 })
  const statuses = await Promise.all(Array.from({ length: 10 }, () => wrong()))
  t.same(statuses.sort(), [401, 401, 401, ...Array(7).fill(429)])
})

t.test('an e-mail in capital letters is the same account, and one without an account is limited as well', async (t) => {
  const { wrong } = await startWithAnn(t, { failedLogIns: 1 })
  t.same([await wrong(), await wrong(undefined, 'ANN@test.example')], [401, 429])
  const nobody = 'nobody@test.example'
  t.same([await wrong(undefined, nobody), await wrong(undefined, nobody)], [401, 429])
})

t.test('a client that guesses passwords of many accounts has to wait, even if it logs in to its own', async (t) => {
  const { wrong, right, refusal } = await startWithAnn(t, { failedLogInsOfAddressPerDay: 3 })
  const guess = (name: string) => wrong(undefined, `${name}@test.example`)
  t.same(
    [await guess('bob'), await guess('eve'), await right(), await guess('joe'), await guess('sue')],
    [401, 401, 200, 401, 429]
  )
  t.match(await refusal(), { status: 429, body: { Error: { message: 'Too many failed log-ins from this address.' } } })
  t.equal(await right('127.0.0.2'), 200)
})

t.test('an account under attack from many addresses is slow, and not locked', async (t) => {
  const delayMs = 2500
  const rate = { failedLogInsOfAccountPerDay: 2, failedLogInDelayMs: delayMs }
  const { wrong, right } = await startWithAnn(t, rate)
  const timeOf = async (logIn: Promise<number>) => {
    const begin = performance.now()
    t.equal(await logIn, 200)
    return performance.now() - begin
  }
  t.same([await wrong('127.0.0.2'), await wrong('127.0.0.3')], [401, 401])
  t.ok((await timeOf(right())) >= delayMs)
  t.ok((await timeOf(right())) < delayMs, 'until its owner has logged in')
})

t.test('log-ins to an account under attack wait in limited numbers', async (t) => {
  const rate = { failedLogInsOfAccountPerDay: 1, failedLogIns: 2, failedLogInDelayMs: 2500 }
  const { server, wrong, right } = await startWithAnn(t, rate)
  t.equal(await wrong('127.0.0.2'), 401)
  const logIns = ['127.0.0.3', '127.0.0.4', '127.0.0.5'].map((address) =>
    postFrom(address, server, '/login', { user: { email: 'Ann@test.example', password: 'ann-secret' } })
  )
  const first = await Promise.race(logIns)
  t.match(first, {
    status: 429,
    headers: { 'retry-after': '3' },
    body: { Error: { message: 'Too many log-ins to this account.' } }
  })
  t.equal(await wrong('127.0.0.6', 'nobody@test.example'), 401, 'another account')
  const statuses = (await Promise.all(logIns)).map(({ status }) => status)
  t.same(statuses.sort(), [200, 200, 429])
  t.equal(await right(), 200, 'then there is room again')
})

t.test('nothing is checked for a client that has gone while its log-in was delayed', async (t) => {
  const rate = { failedLogInsOfAccountPerDay: 1, failedLogIns: 3, failedLogInDelayMs: 500 }
  const { server, wrong, right } = await startWithAnn(t, rate)
  t.equal(await wrong('127.0.0.2'), 401)
  const searches = t.capture(server.app.db.users, 'findByEmail', server.app.db.users.findByEmail)
  const body = JSON.stringify({ user: { email: 'ann@test.example', password: 'wrong' } })
  const head = ['POST /login HTTP/1.1', 'Host: x', 'Content-Type: application/json', `Content-Length: ${body.length}`]
  for (let time = 0; time < 2; time++) {
    const socket = await openSocket(server.url)
    const arrived = once(server.app.server, 'request')
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
    const [{ socket: end }] = await arrived
    socket.destroy()
    await once(end, 'close')
  }
  t.equal(await right(), 200, 'a later one, which has waited')
  t.equal(searches().length, 1)
  t.same([await wrong(), await wrong(), await wrong(), await wrong()], [401, 401, 401, 429], 'and it is not a failure')
})

t.test('the number of addresses in memory is limited', async (t) => {
  const { wrong } = await startWithAnn(t, { failedLogIns: 1, maxTracked: 2 })
  const [one, two, three] = ['127.0.0.1', '127.0.0.2', '127.0.0.3']
  t.same([await wrong(one), await wrong(one), await wrong(two), await wrong(one)], [401, 429, 401, 429])
  t.same([await wrong(three), await wrong(one), await wrong(two)], [401, 429, 401])
})

t.test('0 is no limit', async (t) => {
  const none = { failedLogIns: 0, failedLogInsOfAddressPerDay: 0, failedLogInsOfAccountPerDay: 0 }
  const { wrong, right } = await startWithAnn(t, none)
  for (let time = 0; time < 12; time++) t.equal(await wrong(), 401)
  t.equal(await right(), 200)
})

t.test('a failure of the server is not a failed log-in', async (t) => {
  const { server, right }: { server: Server; right(): Promise<number> } = await startWithAnn(t, { failedLogIns: 1 })
  await server.app.db.close()
  t.same([await right(), await right()], [500, 500])
})

t.test('an attack that goes on for long delays the owner no longer than a short one', async (t) => {
  // The delays alone do not keep a process running.
  const running = setInterval(() => {}, hourMs)
  t.teardown(() => clearInterval(running))
  const limiterOf = (tokens: number) => createRateLimiter({ tokens, windowMs: 24 * hourMs }, 1000)
  const accounts = limiterOf(2)
  const logIn = createLogIn({ pairs: limiterOf(1), addresses: limiterOf(1), accounts, delayMs: 1, maxDelayed: 0 })
  const account = 'ann@test.example'
  const attempts = Array.from({ length: 200 }, (_, index) =>
    logIn({ account, address: `203.0.113.${index}`, isGone: () => false }, async () => undefined)
  )
  t.match(await Promise.allSettled(attempts), Array(200).fill({ reason: { kind: 'wrongCredentials' } }))
  const waitMs = accounts.waitMs(account)
  t.ok(waitMs > 0 && waitMs <= 12 * hourMs, `${waitMs}`)
})
