import t from 'tap'
import { eve, startServer } from '../../helpers/server.js'

t.test('an e-mail address is one account however it is written', async (t) => {
  const server = await startServer(t, {
    config: { app: { rateLimits: 'on' }, rate: { failedLogIns: 3, signupsPerHour: 0 } }
  })
  const written = 'Jos\u00e9@B\u00fccher.example'
  const variants = [
    ...['jose\u0301@xn--bcher-kva.example', 'JOS\u00c9@XN--BCHER-KVA.EXAMPLE', 'jos\u00e9@BU\u0308CHER.example.'],
    'jos\u00e9@b\u00fccher\u3002example'
  ]
  const response = await server.post('/signup', { user: { ...eve, email: written } })
  const { token } = (await response.json()) as { token: string }
  t.match(server.app.jwt.decode(token), { data: { email: written } }, 'as it was written')
  for (const email of variants) {
    const { password } = eve
    t.equal((await server.post('/signup', { user: { ...eve, tag: '@other', email } })).status, 409, email)
    t.equal((await server.post('/login', { user: { email, password } })).status, 200, email)
  }
  const statuses = []
  for (const email of variants) {
    statuses.push((await server.post('/login', { user: { email, password: 'wrong' } })).status)
  }
  t.same(statuses, [401, 401, 401, 429], 'and has the failed log-ins of all of them')
})
