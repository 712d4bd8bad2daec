import { once } from 'node:events'
import t from 'tap'
import type { Session } from '../../src/store/records.js'
import { cookieOf, type Person, type Server, startServer } from '../helpers/server.js'
import { statusFor } from '../helpers/statusFor.js'

const loggedOut = {
  code: 1008,
  reason: '{"Error":{"name":"NoAuthJWTError","message":"Authorization data missing."}}'
}

async function logIn({ post }: Server, { email, password }: Person): Promise<string> {
  return cookieOf(await post('/login', { user: { email, password } }))
}

t.test('a log-out ends the token and the connections of its session, and no others', async (t) => {
  const server = await startServer(t)
  const [ann, bob] = [await server.signUp('ann'), await server.signUp('bob')]
  const phone = await logIn(server, ann)
  const [tab, otherTab] = [await ann.connect(), await ann.connect()]
  const onPhone = await server.connect(phone)
  const bobs = await bob.connect()

  const exit = await fetch(`${server.url}/exit`, { headers: { cookie: ann.cookie } })
  t.same([exit.status, await exit.json(), cookieOf(exit)], [200, { status: 'OK' }, 'auth='])
  t.same([await tab.closed, await otherTab.closed], [loggedOut, loggedOut])
  t.equal(await statusFor(server, ann), 401)
  t.same(await (await ann.connect()).closed, loggedOut, 'nor does it open a connection')

  t.equal(await statusFor(server, { cookie: phone }), 200)
  t.match(await onPhone.call('getSelfInfo'), { tag: '@ann' })
  t.match(await bobs.call('getSelfInfo'), { tag: '@bob' })
  t.equal((await fetch(`${server.url}/exit`, { headers: { cookie: ann.cookie } })).status, 200, 'as often as one likes')
  t.equal((await fetch(`${server.url}/exit`)).status, 200, 'a log-out without a session is answered too')
})

t.test('log-outs and log-ins survive a restart', async (t) => {
  const server = await startServer(t)
  const ann = await server.signUp('ann')
  const phone = await logIn(server, ann)
  await fetch(`${server.url}/exit`, { headers: { cookie: ann.cookie } })
  await server.app.close()

  const again = await startServer(t, { dir: server.dir })
  t.equal(await statusFor(again, ann), 401)
  t.equal(await statusFor(again, { cookie: phone }), 200)
})

t.test('a connection that is opened while its session ends is refused', async (t) => {
  const server = await startServer(t)
  const ann = await server.signUp('ann')
  const { sessions, db } = server.app
  const { newestCursor } = db.updates
  // The cursor is the last value that a connection waits for before its greeting.
  t.intercept(db.updates, 'newestCursor', {
    async value() {
      await sessions.end((await sessions.find(ann.sessionId)) as Session)
      return newestCursor()
    }
  })
  t.same(await (await ann.connect()).closed, loggedOut)
})

t.test('a log-in that cannot be stored is good until the server stops', async (t) => {
  const server = await startServer(t)
  const ann = await server.signUp('ann')
  t.intercept(server.app.db.sessions, 'add', { value: () => Promise.reject(new Error('no room')) })
  const phone = await logIn(server, ann)
  t.equal(await statusFor(server, { cookie: phone }), 200)
  await fetch(`${server.url}/exit`, { headers: { cookie: phone } })
  t.equal(await statusFor(server, { cookie: phone }), 401)
})

t.test('the connections of an expired session are closed', async (t) => {
  const server = await startServer(t, { config: { JWT: { expiresIn: '3s' }, webSocket: { pingIntervalMs: 50 } } })
  const ann = await server.signUp('ann')
  const device = await ann.connect()
  t.same(await device.closed, loggedOut)
  t.equal(await statusFor(server, ann), 401)
})

t.test('a log-out at another process is noticed', async (t) => {
  const server = await startServer(t, { config: { webSocket: { sessionCheckIntervalMs: 50 } } })
  const [ann, bob] = [await server.signUp('ann'), await server.signUp('bob')]
  const [anns, bobs] = [await ann.connect(), await bob.connect()]
  await server.app.db.sessions.end(ann.sessionId)
  t.same(await anns.closed, loggedOut)
  t.match(await bobs.call('getSelfInfo'), { tag: '@bob' })
})

t.test('while the store cannot be read, all sessions remain', async (t) => {
  const server = await startServer(t, { config: { webSocket: { sessionCheckIntervalMs: 50 } } })
  const ann = await (await server.signUp('ann')).connect()
  let asked = 0
  const askedThrice = new Promise<void>((resolve) => {
    t.intercept(server.app.db.sessions, 'find', {
      value() {
        if (++asked === 3) resolve()
        return Promise.reject(new Error('gone'))
      }
    })
  })
  await askedThrice
  t.match(await ann.call('getSelfInfo'), { tag: '@ann' })
})

t.test('checks for ended sessions do not overlap', async (t) => {
  const webSocket = { sessionCheckIntervalMs: 20, pingIntervalMs: 50 }
  const server = await startServer(t, { config: { webSocket } })
  const [ann, bob] = [await server.signUp('ann'), await server.signUp('bob')]
  const [anns] = [await ann.connect(), await bob.connect()]
  const { find } = server.app.db.sessions
  let asked = 0
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  t.intercept(server.app.db.sessions, 'find', {
    async value(_id: string) {
      asked++
      await held
      return find(_id)
    }
  })
  for (let pings = 0; pings < 4; pings++) await once(anns.socket, 'ping')
  t.equal(asked, 1)
  release()
  await once(anns.socket, 'ping')
  t.ok(asked > 1)
})
