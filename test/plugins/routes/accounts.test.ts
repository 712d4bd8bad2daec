import t from 'tap'
import { cookieOf, eve, startServer } from '../../helpers/server.js'

t.test('a user signs up, logs out and logs in again', async (t) => {
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

t.test('a failed log-in gets the same answer for every reason', async (t) => {
  const server = await startServer(t)
  await server.signUp('ann')

  const refused = [
    { why: 'the e-mail is unknown', user: { email: 'nobody@test.example', password: 'ann-secret' } },
    { why: 'the password is another', user: { email: 'ann@test.example', password: 'bob-secret' } },
    { why: 'the password is too short to be one', user: { email: 'ann@test.example', password: '' } },
    { why: 'the e-mail is not one', user: { email: '@ann', password: 'ann-secret' } }
  ]
  for (const { why, user } of refused) {
    const response = await server.post('/login', { user })
    t.equal(response.status, 401, why)
    t.same(response.headers.getSetCookie(), [])
    const refusal = { name: 'WrongCredentialsError', message: 'The e-mail or the password is wrong.' }
    t.same(await response.json(), { Error: refusal }, why)
  }
})

t.test('valid names, tags and passwords are accepted', async (t) => {
  const server = await startServer(t)
  const accepted = [
    { why: 'an upper case tag', tag: '@EVE' },
    { why: 'digits and _ after the first letter', tag: '@e_2' },
    { why: 'a tag of 32 letters', tag: `@${'e'.repeat(32)}` },
    { why: 'another script', firstName: 'Ева', lastName: 'Ёлкина' },
    { why: 'a script without case', firstName: '夏', lastName: 'ענבר' },
    { why: 'Georgian, which has no words in upper case', firstName: 'ევა' },
    { why: 'several words', firstName: 'Anna Maria', lastName: "O'Neil-Smith" },
    { why: 'one name', firstName: 'Suharto', lastName: '' },
    { why: 'lower case', firstName: 'eve', lastName: 'van der Berg' },
    { why: 'letters that stand for names', firstName: 'J. R.', lastName: 'Davis Jr.' },
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

t.test('names are stored in composed form (NFC)', async (t) => {
  const server = await startServer(t)
  const response = await server.post('/signup', { user: { ...eve, firstName: 'E\u0301va', lastName: 'E\u0301' } })
  t.match(await response.json(), { user: { firstName: 'Éva', lastName: 'É' } })
})
