import t from 'tap'
import { startServer } from '../server.js'

t.test('sign-ups and log-ins of one address in a minute', async (t) => {
  const server = await startServer(t, { config: { app: { rateLimits: 'on' }, accounts: { maxRequestsPerMinute: 3 } } })
  await server.signUp('ann')
  const logIn = () => server.post('/login', { user: { email: 'ann@test.example', password: 'wrong' } })

  t.equal((await logIn()).status, 401)
  t.equal((await logIn()).status, 401)
  const refused = await logIn()
  t.equal(refused.status, 429)
  t.match(refused.headers.get('retry-after'), /^[1-9]\d?$/)
  t.same(await refused.json(), { Error: { name: 'TooManyRequestsError', message: 'Too many requests.' } })
  t.equal((await server.post('/signup', {})).status, 429)
  t.equal((await fetch(`${server.url}/exit`)).status, 200, 'what is not limited goes on')
})

t.test('uploads of one user in a minute', async (t) => {
  const server = await startServer(t, { config: { app: { rateLimits: 'on' }, images: { maxUploadsPerMinute: 1 } } })
  const [ann, bob] = [await server.signUp('ann'), await server.signUp('bob')]
  const upload = async (cookie: string) => (await server.post('/upload-image', {}, { cookie })).status

  t.same([await upload(ann.cookie), await upload(ann.cookie), await upload(bob.cookie)], [400, 429, 400])
})

t.test('so many passwords are hashed and wait for it, and no more', async (t) => {
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
