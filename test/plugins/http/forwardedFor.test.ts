import { once } from 'node:events'
import t, { type Test } from 'tap'
import { WebSocket } from 'ws'
import { eve, type Server, startServer } from '../../helpers/server.js'

const start = (t: Test, rate: Record<string, number>) =>
  startServer(t, {
    dir: t.testdir({ [Object.keys(rate).join()]: {} }),
    config: { app: { rateLimits: 'on', trustProxy: '127.0.0.1, 10.0.0.0/8, 2001:db8:ffff::/48' }, rate }
  })

const exit = async ({ url }: Server, forwardedFor: string) =>
  (await fetch(`${url}/exit`, { headers: { 'x-forwarded-for': forwardedFor } })).status

const clients: { why: string; entries: [string, string, string] }[] = [
  { why: 'a port', entries: ['203.0.113.8', '203.0.113.8:50000', '203.0.113.8:50001'] },
  { why: 'IPv6 in brackets', entries: ['2001:db8::1', '[2001:db8::1]', '[2001:DB8::1]:443'] },
  { why: 'IPv6 written at length', entries: ['2001:db8::1', '2001:0db8:0:0:0:0:0:1', '[2001:db8:0::1]:50000'] },
  { why: 'IPv4 as IPv6', entries: ['203.0.113.8', '::ffff:203.0.113.8', '[::ffff:203.0.113.8]:50000'] },
  { why: 'IPv4 as IPv6, with a port', entries: ['203.0.113.8', '::ffff:cb00:7108', '::ffff:203.0.113.8:50000'] },
  {
    why: 'proxies with a port',
    entries: [
      '203.0.113.8, 10.1.1.1',
      '203.0.113.8:1, 10.1.1.1:50000',
      '203.0.113.8:2,[2001:db8:ffff::1]:443,10.1.1.2:1'
    ]
  },
  { why: 'a list that others began', entries: ['203.0.113.8', '198.51.100.1:1, 203.0.113.8:1', 'x, 203.0.113.8:2'] },
  { why: 'empty entries', entries: ['203.0.113.8', ' , 203.0.113.8:1, ,', '203.0.113.8:2,,10.1.1.1'] },
  { why: 'an entry that is not an address counts as its proxy', entries: ['', 'unknown', '_hidden'] },
  { why: 'so do parts of an address', entries: ['203.0.113.8, 203.0.113', '203.0.113.256:80', '203.0.113.8:port'] },
  { why: 'so do brackets and zones', entries: ['[2001:db8::1', '2001:db8::1]:443', 'fe80::1%1'] },
  { why: 'so do names and quotes', entries: ['chat.example:443', '"203.0.113.8"', 'for=203.0.113.8'] },
  { why: 'the last proxy that is named', entries: ['10.1.1.1', 'unknown, 10.1.1.1:443', '_hidden:1, 10.1.1.1'] }
]
t.test('a client counts as one however a proxy writes its address', async (t) => {
  for (const { why, entries } of clients) {
    await t.test(why, async (t) => {
      const server = await start(t, { requestsPerMinute: 2 })
      const statuses = []
      for (const entry of entries) statuses.push(await exit(server, entry))
      t.same(statuses, [200, 200, 429])
      t.equal(await exit(server, '203.0.113.9:50000'), 200, 'and another client as another one')
    })
  }
})

const from = (port: number) => ({ 'x-forwarded-for': `203.0.113.8:${port}` })

async function shakeHands({ url }: Server, headers: Record<string, string>): Promise<number> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/`, { headers })
  socket.on('error', () => {})
  const refused = once(socket, 'unexpected-response').then(([, response]) => response.statusCode)
  return Promise.race([refused, once(socket, 'close').then(() => 101)])
}

const limits: { why: string; rate: Record<string, number>; act(server: Server, port: number): Promise<number> }[] = [
  { why: 'handshakes', rate: { handshakesPerMinute: 2 }, act: (server, port) => shakeHands(server, from(port)) },
  {
    why: 'failed log-ins',
    rate: { failedLogIns: 2 },
    act: async ({ post }, port) =>
      (await post('/login', { user: { email: 'nobody@test.example', password: 'wrong' } }, from(port))).status
  },
  {
    why: 'failed log-ins of an address',
    rate: { failedLogInsOfAddressPerDay: 2 },
    act: async ({ post }, port) =>
      (await post('/login', { user: { email: `${port}@test.example`, password: 'wrong' } }, from(port))).status
  },
  {
    why: 'sign-ups',
    rate: { signupsPerHour: 2, signupBurst: 2 },
    act: async ({ post }, port) =>
      (await post('/signup', { user: { ...eve, tag: `@eve${port}`, email: `eve${port}@test.example` } }, from(port)))
        .status
  }
]
t.test('every limit of an address holds for all ports', async (t) => {
  for (const { why, rate, act } of limits) {
    const server = await start(t, rate)
    const [one, two, three] = [await act(server, 1), await act(server, 2), await act(server, 3)]
    t.same([one !== 429, two !== 429, three], [true, true, 429], why)
  }
})

t.test('the log names the client by its address alone', async (t) => {
  const { app, url } = await startServer(t, { config: { app: { logLevel: 'info', trustProxy: '127.0.0.1' } } })
  const lines = t.capture(app.log, 'info')
  await fetch(`${url}/exit`, { headers: { 'x-forwarded-for': '203.0.113.8:50000' } })
  await fetch(`${url}/exit`, { headers: { 'x-forwarded-for': '[2001:db8::1]:443' } })
  t.same(
    lines().map(({ args: [line] }) => (line as unknown as { address: string }).address),
    ['203.0.113.8', '2001:db8::1']
  )
})

t.test('the longest list of addresses is read in a moment', async (t) => {
  const server = await start(t, { requestsPerMinute: 2 })
  const begin = performance.now()
  for (const entry of ['1', '1:', '1.', '1.1.1.1:', '[', ',']) await exit(server, entry.repeat(15_000 / entry.length))
  t.ok(performance.now() - begin < 2000)
})
