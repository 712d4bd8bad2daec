import argon2 from 'argon2'
import t from 'tap'
import { cookieOf, eve, startServer } from '../server.js'

t.test('somebody signs up, goes, and comes back', async (t) => {
  const server = await startServer(t)

  const signUp = await server.post('/signup', { user: eve })
  t.equal(signUp.status, 200)
  const [setCookie] = signUp.headers.getSetCookie()
  t.match(setCookie, /^auth=[\w-]+\.[\w-]+\.[\w-]+; Max-Age=259200; Path=\/; HttpOnly; SameSite=Lax$/)
  const { token, user } = (await signUp.json()) as { token: string; user: { _id: string } }
  t.equal(cookieOf(signUp), `auth=${token}`)
  t.match(user, { _id: /^[0-9a-f]{24}$/, tag: '@eve', firstName: 'Eve', lastName: 'Test', img: 'default.jpg' })
  const claims = JSON.parse(String(Buffer.from(token.split('.')[1] as string, 'base64url')))
  t.same(claims.data, { _id: user._id, tag: '@eve', email: 'eve@test.example' })
  t.equal(claims.exp - claims.iat, 72 * 3600)
  t.match(claims, { sub: user._id, jti: /^[0-9a-f]{24}$/, iss: 'messenger-server', aud: 'messenger-server' })

  const exit = await fetch(`${server.url}/exit`)
  t.equal(exit.status, 200)
  t.match(exit.headers.getSetCookie(), [
    /^auth=; Max-Age=0; Path=\/; (Expires=Thu, 01 Jan 1970 00:00:00 GMT; )?HttpOnly; SameSite=Lax$/
  ])

  const logIn = await server.post('/login', { user: { email: 'EVE@test.example', password: 'secret' } })
  t.equal(logIn.status, 200)
  t.match(await logIn.json(), { user: { tag: '@eve' }, token: cookieOf(logIn).slice('auth='.length) })
})

t.test('an operator asks for better passwords', async (t) => {
  const config = { accounts: { minPasswordLength: 8, refuseCommonPasswords: true } }
  const server = await startServer(t, { config })
  const refused = [
    { why: 'it is short', password: 'xk4#Qpz', message: 'must not have fewer than 8 characters' },
    { why: 'everybody has it', password: 'passWord1', message: 'is one of the most common passwords' }
  ]
  for (const { why, password, message } of refused) {
    const response = await server.post('/signup', { user: { ...eve, password } })
    t.equal(response.status, 400, why)
    t.match(await response.json(), { Error: { details: [{ path: '/user/password', message }] } }, why)
  }
  t.equal((await server.post('/signup', { user: { ...eve, password: 'xk4#Qpz9' } })).status, 200)
})

t.test('a password is hashed anew when its hash is of old', async (t) => {
  const server = await startServer(t)
  const { db } = server.app
  const { password, ...account } = eve
  const old = await argon2.hash(password, { type: argon2.argon2i, memoryCost: 4096, timeCost: 3, parallelism: 1 })
  const { _id } = await db.createUser({ ...account, img: 'default.jpg', passwordHash: old })
  const logIn = async () => (await server.post('/login', { user: { email: eve.email, password } })).status
  const hash = async () => (await db.findUserById(_id))?.passwordHash

  const broken = t.intercept(db, 'setPasswordHash', { value: () => Promise.reject(new Error('no room')) })
  t.equal(await logIn(), 200, 'a right password is right also where nothing can be stored')
  t.equal(await hash(), old)
  broken.restore()
  t.equal(await logIn(), 200)
  t.match(await hash(), /^\$argon2id\$v=19\$m=19456,/)
  const renewed = await hash()
  t.equal(await logIn(), 200)
  t.equal(await hash(), renewed, 'once')
})

t.test('a log-in that does not fit says the same whatever is wrong', async (t) => {
  const server = await startServer(t)
  await server.signUp('ann')

  const refused = [
    { why: 'nobody has the e-mail', user: { email: 'nobody@test.example', password: 'ann-secret' } },
    { why: 'the password is another', user: { email: 'ann@test.example', password: 'bob-secret' } },
    { why: 'the password is too short to be one', user: { email: 'ann@test.example', password: '' } },
    { why: 'the e-mail is none', user: { email: '@ann', password: 'ann-secret' } }
  ]
  for (const { why, user } of refused) {
    const response = await server.post('/login', { user })
    t.equal(response.status, 401, why)
    t.same(response.headers.getSetCookie(), [])
    const refusal = { name: 'WrongCredentialsError', message: 'The e-mail or the password is wrong.' }
    t.same(await response.json(), { Error: refusal }, why)
  }
})

t.test('a log-in costs the same, whether there is such an account or not', async (t) => {
  const server = await startServer(t)
  const { email } = await server.signUp('ann')
  const [hashed, verified] = [t.capture(argon2, 'hash', argon2.hash), t.capture(argon2, 'verify', argon2.verify)]
  for (const address of ['nobody@test.example', email, '@ann']) {
    const { status } = await server.post('/login', { user: { email: address, password: 'wrong' } })
    t.same([status, hashed().length + verified().length], [401, 1], address)
  }
})

t.test('names, tags and passwords that are accepted', async (t) => {
  const server = await startServer(t)
  const accepted = [
    { why: 'an upper case tag', tag: '@EVE' },
    { why: 'digits and _ after the first letter', tag: '@e_2' },
    { why: 'a tag of 32 letters', tag: `@${'e'.repeat(32)}` },
    { why: 'another script', firstName: 'Ева', lastName: 'Ёлкина' },
    { why: 'a script without case', firstName: '夏', lastName: 'ענבר' },
    { why: 'Georgian, which has no words in upper case', firstName: 'ევა' },
    { why: 'several words', firstName: 'Anna Maria', lastName: "O'Neil-Smith" },
    { why: 'a password of five', password: '12345' },
    { why: 'a password of any characters', password: 'пароль 👍' }
  ]
  for (const [index, { why, ...fields }] of accepted.entries()) {
    const user = { ...eve, tag: `@eve${index}`, email: `eve${index}@test.example`, ...fields }
    const response = await server.post('/signup', { user })
    t.equal(response.status, 200, why)
    t.equal((await server.post('/login', { user: { email: user.email, password: user.password } })).status, 200, why)
  }
})

t.test('names are kept in composed form (NFC)', async (t) => {
  const server = await startServer(t)
  const response = await server.post('/signup', { user: { ...eve, firstName: 'E\u0301va', lastName: 'E\u0301' } })
  t.match(await response.json(), { user: { firstName: 'Éva', lastName: 'É' } })
})

t.test('an e-mail address is one account, however it is written', async (t) => {
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
