import { readdirSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { TokenPayload } from '../../src/schemas/account.js'
import { loadSecret } from '../../src/store/secret.js'
import { cookieOf, eve, type Server, startServer } from '../helpers/server.js'

const ask = '{"jsonrpc":"2.0","method":"getSelfInfo","id":1}'

const whoAmI = async ({ url }: Server, headers: Record<string, string>) => {
  const response = await fetch(`${url}/rpc`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: ask
  })
  return { status: response.status, answer: await response.json() }
}

t.test('a token is good in the cookie and as a bearer token', async (t) => {
  const server = await startServer(t, { config: { JWT: { privateKey: 'secret_private_key' } } })
  const ann = await server.signUp('ann')

  t.match(await whoAmI(server, { cookie: ann.cookie }), { status: 200, answer: { result: { tag: '@ann' } } })
  t.match(await whoAmI(server, { authorization: `Bearer ${ann.token}` }), {
    status: 200,
    answer: { result: { tag: '@ann' } }
  })
})

t.test('invalid tokens are refused', async (t) => {
  const server = await startServer(t, { config: { JWT: { privateKey: 'secret_private_key' } } })
  const ann = await server.signUp('ann')
  const { token } = ann
  const { jwt } = server.app
  const claims = jwt.decode<TokenPayload>(token) as TokenPayload
  const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const [header, payload, signature] = token.split('.')
  const signed = (payload: object, options: object = {}) => `auth=${jwt.sign(payload as TokenPayload, options)}`

  const refused = [
    { why: 'the cookie is missing', cookie: '' },
    { why: 'it is empty', cookie: 'auth=' },
    { why: 'it is a word', cookie: 'auth=secret' },
    { why: 'it is not signed', cookie: `auth=${base64url({ alg: 'none', typ: 'JWT' })}.${payload}.` },
    { why: 'its signature is another', cookie: `auth=${header}.${base64url({ ...claims, iat: 0 })}.${signature}` },
    { why: 'its algorithm is another', cookie: signed(claims, { algorithm: 'HS512' }) },
    { why: 'it has expired', cookie: signed({ ...claims, iat: 1, exp: 2 }) },
    { why: 'it is meant for others', cookie: signed(claims, { aud: 'others' }) },
    { why: 'others have made it', cookie: signed(claims, { iss: 'others' }) },
    { why: 'its session does not exist', cookie: signed({ ...claims, jti: '0'.repeat(24) }) },
    { why: 'it names no session', cookie: signed({ data: claims.data }) },
    { why: 'its session is not a text', cookie: signed({ ...claims, jti: { $ne: '' } }) }
  ]
  for (const { why, cookie } of refused) {
    t.same(
      await whoAmI(server, { cookie }),
      {
        status: 401,
        answer: {
          jsonrpc: '2.0',
          error: {
            code: -32001,
            message: 'Unauthenticated',
            data: { name: 'NoAuthJWTError', message: 'Authorization data missing.' }
          },
          id: 1
        }
      },
      why
    )
  }
})

t.test('beyond the maximum of sessions the oldest one of the user ends', async (t) => {
  for (const [maxSessionsPerUser, statuses] of [
    [2, [401, 401, 200, 200]],
    [0, [200, 200, 200, 200]]
  ] as const) {
    const server = await startServer(t, {
      config: { accounts: { maxSessionsPerUser } },
      dir: t.testdir({ [maxSessionsPerUser]: {} })
    })
    const { email, password, cookie } = await server.signUp('ann')
    const bob = await server.signUp('bob')
    const cookies = [cookie]
    for (let number = 0; number < 3; number++) {
      cookies.push(cookieOf(await server.post('/login', { user: { email, password } })))
    }
    const answers = await Promise.all(cookies.map((cookie) => whoAmI(server, { cookie })))
    t.same(
      answers.map(({ status }) => status),
      statuses
    )
    t.match(await whoAmI(server, { cookie: bob.cookie }), { status: 200 }, 'other users stay logged in')
    await server.app.close()
  }
})

t.test('a secret is made at the first start, for its owner alone, and kept', async (t) => {
  const first = await startServer(t)
  const ann = await first.signUp('ann')
  t.equal(statSync(join(first.dir, 'jwt.key')).mode & 0o777, 0o600)
  await first.app.close()

  const second = await startServer(t, { dir: first.dir })
  t.match(await whoAmI(second, { cookie: ann.cookie }), { status: 200 }, 'a token outlives a restart')

  const elsewhere = await startServer(t, { dir: t.testdir({ other: {} }) })
  t.match(await whoAmI(elsewhere, { cookie: ann.cookie }), { status: 401 }, 'and is good at no other server')
})

t.test('a file without a secret is refused', async (t) => {
  const empty = t.testdir({ 'jwt.key': ' ' })
  t.throws(() => loadSecret(join(empty, 'jwt.key')), { message: /jwt\.key is empty/ })
  symlinkSync('nowhere', join(empty, 'lost.key'))
  t.throws(() => loadSecret(join(empty, 'lost.key')), { message: /lost\.key: ENOENT/ })
  t.same(readdirSync(empty).sort(), ['jwt.key', 'lost.key'], 'and no draft of it is left')
})

t.test('a secret that can be guessed is refused in production', async (t) => {
  const random = 'k'.repeat(31)
  for (const [privateKey, nodeEnv, why] of [
    ['secret_private_key', 'production', 'it is short'],
    ['a-string-secret-at-least-256-bits-long', 'production', 'everybody knows it']
  ] as const) {
    await t.rejects(startServer(t, { config: { JWT: { privateKey }, app: { nodeEnv } } }), /JWT\.privateKey/, why)
  }
  await startServer(t, { config: { JWT: { privateKey: `${random}!` }, app: { nodeEnv: 'production' } } })
  await startServer(t, { config: { JWT: { privateKey: random }, app: { nodeEnv: 'test' } } })
})

t.test('the cookie is for HTTPS alone where the configuration says so', async (t) => {
  const server = await startServer(t, { config: { cookie: { secure: true } } })
  const [cookie] = (await server.post('/signup', { user: eve })).headers.getSetCookie()
  t.match(cookie, /; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
})
