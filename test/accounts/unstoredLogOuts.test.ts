import t, { type Test } from 'tap'
import { cookieOf, type Person, type Server, startServer } from '../helpers/server.js'
import { statusFor } from '../helpers/statusFor.js'

async function logOut({ url }: Server, { cookie }: Person) {
  const exit = await fetch(`${url}/exit`, { method: 'POST', headers: { cookie } })
  return { status: exit.status, cookie: cookieOf(exit), body: await exit.json() }
}

const notStored = {
  status: 503,
  cookie: 'auth=',
  body: {
    Error: {
      name: 'UnavailableError',
      message: 'The log-out holds here, but it is not stored yet. The server tries again.'
    }
  }
}

/** Makes the store refuse ends of sessions until `repair()`; `stored()` resolves with the next one that it takes. */
function breakStore(t: Test, { app }: Server) {
  const { sessions } = app.db
  const { end } = sessions
  const tell = { stored: (_id: string) => {} }
  let isBroken = true
  let tries = 0
  t.intercept(sessions, 'end', {
    async value(_id: string) {
      tries++
      if (isBroken) throw new Error('no room')
      await end(_id)
      tell.stored(_id)
    }
  })
  return {
    tries: () => tries,
    repair() {
      isBroken = false
    },
    stored: () =>
      new Promise<string>((resolve) => {
        tell.stored = resolve
      })
  }
}

t.test('a log-out that cannot be stored holds at once, says so, and is stored later', async (t) => {
  const server = await startServer(t)
  const errors = t.capture(server.app.log, 'error')
  const [ann, bob] = [await server.signUp('ann'), await server.signUp('bob')]
  const tab = await ann.connect()
  const store = breakStore(t, server)

  t.same(await logOut(server, ann), notStored)
  t.equal((await tab.closed).code, 1008)
  t.equal(await statusFor(server, ann), 401)
  t.equal((await (await ann.connect()).closed).code, 1008, 'nor does it open a connection')
  t.match(errors(), [{ args: [{ path: '/exit', status: 503, err: { cause: { message: 'no room' } } }] }])
  t.same(await logOut(server, ann), notStored, 'also when it is asked for again')

  const stored = store.stored()
  store.repair()
  t.equal(await stored, ann.sessionId)
  t.equal(await server.app.db.sessions.find(ann.sessionId), undefined)
  t.equal(await statusFor(server, ann), 401)
  t.equal(await statusFor(server, bob), 200)

  const tries = store.tries()
  t.equal((await logOut(server, bob)).status, 200)
  t.equal(store.tries(), tries + 1, 'nothing else is left to be stored')
})

t.test('a repeated log-out is stored as soon as the store works', async (t) => {
  const server = await startServer(t)
  const ann = await server.signUp('ann')
  const store = breakStore(t, server)
  t.same(await logOut(server, ann), notStored)
  store.repair()
  t.equal((await logOut(server, ann)).status, 200)
  const tries = store.tries()
  await server.app.close()
  t.equal(store.tries(), tries, 'nothing is left for the stop')
})

t.test('a log-out holds also while the store cannot be read', async (t) => {
  const server = await startServer(t)
  const ann = await server.signUp('ann')
  const tab = await ann.connect()
  breakStore(t, server)
  t.intercept(server.app.db.sessions, 'find', { value: () => Promise.reject(new Error('gone')) })
  t.same(await logOut(server, ann), notStored)
  t.equal((await tab.closed).code, 1008)
  t.equal(await statusFor(server, ann), 401)
})

const stops = [
  { why: 'a stop tries once more', isRepaired: true, statusAfter: 401, says: [] },
  {
    why: 'a log-out that a stop cannot store is forgotten, and the log tells it',
    isRepaired: false,
    statusAfter: 200,
    says: [{ count: 1 }]
  }
]
for (const { why, isRepaired, statusAfter, says } of stops) {
  t.test(why, async (t) => {
    const server = await startServer(t)
    const ann = await server.signUp('ann')
    const store = breakStore(t, server)
    t.same(await logOut(server, ann), notStored)
    const errors = t.capture(server.app.log, 'error')
    if (isRepaired) store.repair()
    await server.app.close()
    t.match(
      errors().map(({ args: [line] }) => line),
      says
    )
    const again = await startServer(t, { dir: server.dir })
    t.equal(await statusFor(again, ann), statusAfter)
  })
}
