import t, { type Test } from 'tap'
import { useMongo, withoutMongo } from '../helpers/mongod.js'
import { openMongoWire } from '../helpers/mongoWire.js'
import { eve, startServer } from '../helpers/server.js'

type Name = 'findByEmail' | 'create'

t.test('with MongoDB a log-in that cannot be stored fails', { skip: withoutMongo }, async (t) => {
  const newDatabase = await useMongo(t)

  async function open(t: Test) {
    const wire = await openMongoWire(t, newDatabase(t))
    const server = await startServer(t, { config: { db: { url: wire.url, timeoutMs: 1000 } } })
    /** Cuts off the database after the next answer to a call of the store. */
    const unplugAfter = (t: Test, name: Name) => {
      const call = server.app.db.users[name] as (...args: unknown[]) => Promise<unknown>
      t.intercept(server.app.db.users, name, {
        async value(...args: unknown[]) {
          const answer = await call(...args)
          wire.unplug()
          return answer
        }
      })
    }
    return { server, wire, unplugAfter }
  }
  const logIn = ({ email, password }: typeof eve) => ({ user: { email, password } })

  async function checkRefusal(t: Test, response: Response, sentence: string) {
    t.equal(response.status, 503)
    t.equal(response.headers.get('set-cookie'), null, 'no cookie is set')
    t.same(await response.json(), { Error: { name: 'UnavailableError', message: sentence } })
  }

  t.test('POST /login', async (t) => {
    const { server, wire, unplugAfter } = await open(t)
    t.equal((await server.post('/signup', { user: eve })).status, 200)
    await t.test('while the database is away', async (t) => {
      unplugAfter(t, 'findByEmail')
      await checkRefusal(t, await server.post('/login', logIn(eve)), 'The log-in could not be stored. Log in again.')
    })
    wire.plugIn()
    const response = await server.post('/login', logIn(eve))
    t.equal(response.status, 200, 'when it is back, a log-in succeeds')
    t.match(response.headers.get('set-cookie'), /^auth=/)
  })

  t.test('POST /signup keeps the account, and says so', async (t) => {
    const { server, wire, unplugAfter } = await open(t)
    await t.test('while the database is away', async (t) => {
      unplugAfter(t, 'create')
      const sentence = 'The account exists now, but the log-in could not be stored. Log in.'
      await checkRefusal(t, await server.post('/signup', { user: eve }), sentence)
    })
    wire.plugIn()
    t.equal((await server.post('/login', logIn(eve))).status, 200, 'a log-in succeeds')
  })
})
