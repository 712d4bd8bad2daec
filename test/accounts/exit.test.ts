import t from 'tap'
import { cookieOf, startServer } from '../helpers/server.js'

const getSelfInfo = { jsonrpc: '2.0', id: 1, method: 'getSelfInfo' }

const requests: { why: string; init: RequestInit }[] = [
  { why: 'as old clients do', init: {} },
  { why: 'without a body', init: { method: 'POST' } },
  { why: 'an empty text', init: { method: 'POST', body: '' } },
  { why: 'an empty JSON', init: { method: 'POST', body: '', headers: { 'content-type': 'application/json' } } },
  { why: 'a type without a body', init: { method: 'POST', headers: { 'content-type': 'application/json' } } },
  { why: 'a type that is not known', init: { method: 'POST', body: 'x', headers: { 'content-type': 'a/b' } } },
  { why: 'JSON', init: { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } } },
  { why: 'an empty form', init: { method: 'POST', body: new URLSearchParams() } },
  { why: 'a form with files', init: { method: 'POST', body: new FormData() } },
  { why: 'a large text', init: { method: 'POST', body: 'x'.repeat(100_000) } },
  { why: 'a text that is not a type', init: { method: 'POST', body: 'x', headers: { 'content-type': 'a/b/c' } } },
  { why: 'half a type', init: { method: 'POST', body: 'x', headers: { 'content-type': 'text' } } },
  { why: 'a beacon', init: { method: 'POST', body: new Blob([]) } }
]
t.test('a log-out needs no body, and accepts any', async (t) => {
  const server = await startServer(t)
  const { email, password } = await server.signUp('ann')
  for (const { why, init } of requests) {
    const cookie = cookieOf(await server.post('/login', { user: { email, password } }))
    const exit = await fetch(`${server.url}/exit`, { ...init, headers: { ...init.headers, cookie } })
    t.same([exit.status, await exit.json(), cookieOf(exit)], [200, { status: 'OK' }, 'auth='], why)
    t.equal((await server.post('/rpc', getSelfInfo, { cookie })).status, 401, why)
  }
})

t.test('other requests accept only their own bodies', async (t) => {
  const server = await startServer(t)
  const text = { method: 'POST', body: '{}', headers: { 'content-type': 'text/plain' } }
  t.equal((await fetch(`${server.url}/login`, text)).status, 415)
})
