import t, { type Test } from 'tap'
import { startServer } from '../../helpers/server.js'

const start = (t: Test, trustProxy?: string) =>
  startServer(t, { config: { app: { rateLimits: 'on', trustProxy }, rate: { requestsPerMinute: 2 } } })

const logIn = { user: { email: 'nobody@test.example', password: 'wrong' } }
const from = (address: string) => ({ 'x-forwarded-for': address, 'x-forwarded-proto': 'https' })

t.test("a request through a trusted proxy counts as its client's", async (t) => {
  const server = await start(t, '10.0.0.0/8, 127.0.0.1')
  const statuses = []
  for (const address of [
    '192.0.2.1',
    '192.0.2.1',
    '192.0.2.1',
    '192.0.2.2',
    '192.0.2.1, 10.1.1.1',
    '192.0.2.2, 192.0.2.3'
  ]) {
    statuses.push((await server.post('/login', logIn, from(address))).status)
  }
  t.same(statuses, [401, 401, 429, 401, 429, 401], 'the last one that no proxy is')

  const { headers } = await server.post('/login', logIn, from('192.0.2.9'))
  t.equal(headers.get('strict-transport-security'), 'max-age=31536000')
  const exit = await fetch(`${server.url}/exit`, { headers: from('192.0.2.9') })
  t.match(exit.headers.getSetCookie(), [/^auth=;.*; Secure/])
})

t.test('headers of an address that is not trusted are ignored', async (t) => {
  for (const [index, trustProxy] of [undefined, '10.0.0.1'].entries()) {
    const server = await startServer(t, {
      dir: t.testdir({ [index]: {} }),
      config: { app: { rateLimits: 'on', trustProxy }, rate: { requestsPerMinute: 2 } }
    })
    const statuses = []
    for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) {
      statuses.push((await server.post('/login', logIn, from(address))).status)
    }
    t.same(statuses, [401, 401, 429])
    const exit = await fetch(`${server.url}/exit`, { headers: from('192.0.2.9') })
    t.equal(exit.headers.get('strict-transport-security'), null)
    t.notMatch(exit.headers.getSetCookie(), [/Secure/])
  }
})
