import { readdirSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { loadSecret } from '../../src/secret.js'
import { type Server, startServer } from '../server.js'

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

t.test('tokens that are none', async (t) => {
  const server = await startServer(t, { config: { JWT: { privateKey: 'secret_private_key' } } })
  const ann = await server.signUp('ann')
  const { _id, tag, email, token } = ann
  const { jwt } = server.app
  const data = { _id, tag, email }
  const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const [header, payload, signature] = token.split('.')

  const refused = [
    { why: 'there is none', cookie: '' },
    { why: 'it is empty', cookie: 'auth=' },
    { why: 'it is a word', cookie: 'auth=secret' },
    { why: 'it is not signed', cookie: `auth=${base64url({ alg: 'none', typ: 'JWT' })}.${payload}.` },
    { why: 'its signature is another', cookie: `auth=${header}.${base64url({ data })}.${signature}` },
    { why: 'its algorithm is another', cookie: `auth=${jwt.sign({ data }, { algorithm: 'HS512' })}` },
    { why: 'it has expired', cookie: `auth=${jwt.sign({ data, iat: 1 } as object as { data: typeof data })}` },
    { why: 'its user is gone', cookie: `auth=${jwt.sign({ data: { ...data, _id: '0'.repeat(24) } })}` },
    { why: 'it names no user', cookie: `auth=${jwt.sign({} as { data: typeof data })}` },
    {
      why: 'its user is no text',
      cookie: `auth=${jwt.sign({ data: { ...data, _id: { $ne: '' } as unknown as string } })}`
    }
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

t.test('a file that holds no secret is not taken for one', async (t) => {
  const empty = t.testdir({ 'jwt.key': ' ' })
  t.throws(() => loadSecret(join(empty, 'jwt.key')), { message: /jwt\.key is empty/ })
  symlinkSync('nowhere', join(empty, 'lost.key'))
  t.throws(() => loadSecret(join(empty, 'lost.key')), { code: 'ENOENT' })
  t.same(readdirSync(empty).sort(), ['jwt.key', 'lost.key'], 'and no draft of it is left')
})
