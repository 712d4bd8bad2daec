import argon2 from 'argon2'
import t from 'tap'
import { eve, startServer } from '../helpers/server.js'

t.test('a password that the operator calls weak is refused', async (t) => {
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

t.test('an outdated hash is replaced at the next log-in', async (t) => {
  const server = await startServer(t)
  const { db } = server.app
  const { password, ...account } = eve
  const old = await argon2.hash(password, { type: argon2.argon2i, memoryCost: 4096, timeCost: 3, parallelism: 1 })
  const { _id } = await db.users.create({ ...account, img: 'default.jpg', passwordHash: old })
  const logIn = async () => (await server.post('/login', { user: { email: eve.email, password } })).status
  const hash = async () => (await db.users.findById(_id))?.passwordHash

  const broken = t.intercept(db.users, 'setPasswordHash', { value: () => Promise.reject(new Error('no room')) })
  t.equal(await logIn(), 200, 'a right password is right also where nothing can be stored')
  t.equal(await hash(), old)
  broken.restore()
  t.equal(await logIn(), 200)
  t.match(await hash(), /^\$argon2id\$v=19\$m=19456,/)
  const renewed = await hash()
  t.equal(await logIn(), 200)
  t.equal(await hash(), renewed, 'once')
})

t.test('a log-in takes the same time with and without an account', async (t) => {
  const server = await startServer(t)
  const { email } = await server.signUp('ann')
  const [hashed, verified] = [t.capture(argon2, 'hash', argon2.hash), t.capture(argon2, 'verify', argon2.verify)]
  for (const address of ['nobody@test.example', email, '@ann']) {
    for (const [password, hashes] of [
      ['wrong', 1],
      ['wr\u00f6ng', 1],
      ['wro\u0308ng', 2],
      ['wrong\u3000', 2]
    ] as const) {
      const { status } = await server.post('/login', { user: { email: address, password } })
      t.same([status, hashed().length + verified().length], [401, hashes], `${address} ${JSON.stringify(password)}`)
    }
  }
})

const composed = 'caf\u00e9 au lait'
const typed = [composed, 'cafe\u0301 au lait', 'caf\u00e9\u00a0au\u3000lait', 'cafe\u0301\u2003au lait']

t.test('a password is the same in every normalization form and with every blank', async (t) => {
  const server = await startServer(t)
  const verified = t.capture(argon2, 'verify', argon2.verify)
  for (const [index, set] of typed.slice(0, 2).entries()) {
    const user = { ...eve, tag: `@eve${index}`, email: `eve${index}@test.example`, password: set }
    t.equal((await server.post('/signup', { user })).status, 200)
    for (const password of typed) {
      t.equal((await server.post('/login', { user: { email: user.email, password } })).status, 200, password)
      t.equal(verified().length, 1)
    }
    for (const password of [
      'cafe au lait',
      'caf\u00e9aulait',
      composed.toUpperCase(),
      composed.normalize('NFKD').slice(1)
    ]) {
      t.equal((await server.post('/login', { user: { email: user.email, password } })).status, 401, password)
    }
    verified()
  }
})

t.test('a hash of a password as typed is accepted and replaced', async (t) => {
  const server = await startServer(t)
  const { db } = server.app
  for (const [index, old] of typed.entries()) {
    const { password: _, ...account } = { ...eve, tag: `@eve${index}`, email: `eve${index}@test.example` }
    const passwordHash = await argon2.hash(old, { memoryCost: 19_456, timeCost: 2, parallelism: 1 })
    const { _id } = await db.users.create({ ...account, img: 'default.jpg', passwordHash })
    const logIn = async (password: string) =>
      (await server.post('/login', { user: { email: account.email, password } })).status

    t.equal(await logIn('wrong'), 401)
    t.equal(await logIn(old), 200, JSON.stringify(old))
    const renewed = (await db.users.findById(_id))?.passwordHash
    t.equal(renewed === passwordHash, old === composed, 'unless it is the same')
    for (const password of typed) t.equal(await logIn(password), 200, JSON.stringify(password))
    t.equal((await db.users.findById(_id))?.passwordHash, renewed, 'once')
  }
})

t.test('the length of a password is that of its normalized form', async (t) => {
  const server = await startServer(t, { config: { accounts: { minPasswordLength: 6, refuseCommonPasswords: true } } })
  const lengths: [why: string, password: string, status: number][] = [
    ['five letters of ten characters', 'e\u0301'.repeat(5), 400],
    ['five characters of ten code units', '\u{1f44d}'.repeat(5), 400],
    ['a common one in full-width letters', '\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff44', 400],
    ['half a character', 'secret\ud83d', 400],
    ['257 letters', 'e\u0301'.repeat(257), 400],
    ['1025 characters', 'e'.repeat(1025), 400],
    ['256 letters of 512 characters', 'e\u0301'.repeat(256), 200]
  ]
  for (const [why, password, status] of lengths) {
    const response = await server.post('/signup', { user: { ...eve, password } })
    t.equal(response.status, status, why)
    const path = status === 400 ? { Error: { details: [{ path: '/user/password', message: String }] } } : {}
    t.match(await response.json(), path, why)
  }
  const logIn = async (password: string) =>
    (await server.post('/login', { user: { email: eve.email, password } })).status
  for (const letter of ['\u00e9', 'e\u0301']) {
    t.equal(await logIn(letter.repeat(256)), 200)
    t.equal(await logIn(letter.repeat(257)), 400)
  }
  t.equal(await logIn('secret\ud83d'), 400)
})
