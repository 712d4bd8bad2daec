import t from 'tap'
import { createSessions } from '../../src/accounts/sessions.js'
import { AppError } from '../../src/errors.js'
import type { Store } from '../../src/store/store.js'
import { eve, startServer } from '../helpers/server.js'

const refusal = new AppError('unavailable', 'The log-in could not be stored. Log in again.', {}, new Error('disk full'))
const ann = { _id: '0'.repeat(24), tag: '@ann' }

t.test('a log-in that the store cannot take', async (t) => {
  const store: Pick<Store, 'sessions'> = {
    sessions: { add: () => Promise.reject(new Error('disk full')), find: async () => undefined, end: async () => {} }
  }
  for (const isShared of [true, false]) {
    const errors: unknown[] = []
    const onError = (error: unknown) => errors.push(error)
    const sessions = createSessions({ store, lifeMs: 1000, maxRemembered: 9, isShared, onError })
    t.teardown(() => sessions.close())
    if (isShared) {
      await t.rejects(sessions.begin(ann), refusal, 'fails where other processes use the store')
      t.same(errors, [])
    } else {
      const { _id } = await sessions.begin(ann)
      t.match(await sessions.find(_id), { _id, user: ann }, 'is good in the one process that has the store')
      t.match(errors, [{ message: 'disk full' }])
    }
  }
})

t.test('a sign-up says that the account exists if its log-in fails', async (t) => {
  const server = await startServer(t)
  const broken = t.intercept(server.app.jwt, 'sign', {
    value: () => {
      throw new Error('no token')
    }
  })
  const response = await server.post('/signup', { user: eve })
  t.equal(response.status, 503)
  t.match(await response.json(), { Error: { message: /^The account exists now/ } })
  broken.restore()
  const { email, password } = eve
  t.equal((await server.post('/login', { user: { email, password } })).status, 200)
})
