import t from 'tap'
import type { TokenPayload } from '../../src/schemas/account.js'
import { statusOf } from '../helpers/rawHttp.js'
import { cookieOf, type Person, type Server, startServer } from '../helpers/server.js'

const getSelfInfo = { jsonrpc: '2.0', id: 1, method: 'getSelfInfo' }

const whoIs = async ({ post }: Server, headers: Record<string, string>): Promise<string | undefined> => {
  const answer = (await (await post('/rpc', getSelfInfo, headers)).json()) as { result?: { tag: string } }
  return answer.result?.tag
}

async function logIn({ post }: Server, { email, password }: Person): Promise<string> {
  return cookieOf(await post('/login', { user: { email, password } })).replace('auth=', '')
}

t.test('any valid cookie of several with one name is accepted', async (t) => {
  const server = await startServer(t)
  const { token, ...ann } = await server.signUp('ann')
  const ended = await logIn(server, { token, ...ann })
  await fetch(`${server.url}/exit`, { headers: { cookie: `auth=${ended}` } })
  const { jwt } = server.app
  const expired = jwt.sign({ ...(jwt.decode(token) as TokenPayload), iat: 1, exp: 2 } as TokenPayload)

  const cookies: [why: string, cookie: string][] = [
    ['one', `auth=${token}`],
    ['one that is none, of a parent domain', `auth=x; auth=${token}`],
    ['one that is none, behind it', `auth=${token}; auth=x`],
    ['one that is empty', `auth=; auth=${token}; auth=`],
    ['one without a value', `auth; auth=${token}`],
    ['one that has expired', `auth=${expired}; auth=${token}`],
    ['one of a log-in that has ended', `auth=${ended}; auth=${token}`],
    ['in quotes', `auth="${token}"`],
    ['quotes around nothing', `auth=""; auth="; auth=${token}`],
    ['blanks', `other=1;auth = x ;  auth =  ${token}  ;other=2`],
    ['no blanks', `auth=x;auth=${token}`],
    ['others whose names are like it', `xauth=x; Auth=x; auth2=x; auth=${token}`],
    ['one that cannot be decoded', `auth=%E0%A4; auth=${token}`],
    ['the same one many times', `${'auth=x; '.repeat(50)}auth=${token}`]
  ]
  for (const [why, cookie] of cookies) {
    t.equal(await whoIs(server, { cookie }), '@ann', why)
    t.match(await (await server.connect(cookie)).call('getSelfInfo'), { tag: '@ann' }, why)
  }
  const many = Array.from({ length: 100 }, (_, number) => `auth=${number}`)
  t.equal(
    await whoIs(server, { cookie: [...many, `auth=${token}`].join('; ') }),
    undefined,
    'of so many no end is looked at'
  )
  t.equal(await whoIs(server, { cookie: `xauth=${token}; Auth=${token}` }), undefined, 'the name is another')
})

t.test('the first valid cookie counts', async (t) => {
  const server = await startServer(t)
  const [ann, bob] = [await server.signUp('ann'), await server.signUp('bob')]
  t.equal(await whoIs(server, { cookie: `auth=x; ${bob.cookie}; ${ann.cookie}` }), '@bob')
})

t.test('several headers `Cookie` count as one', async (t) => {
  const server = await startServer(t)
  const { cookie } = await server.signUp('ann')
  const headers = { 'content-type': 'application/json', cookie: ['auth=x', cookie] as unknown as string }
  // A body that is not JSON, with a valid session.
  t.equal(await statusOf(server.url, '/rpc', headers), 200)
})

t.test('a token in the header goes before the cookie, and no cookie replaces one that is invalid', async (t) => {
  const server = await startServer(t)
  const [ann, bob] = [await server.signUp('ann'), await server.signUp('bob')]
  const { cookie } = ann
  const authorizations: [authorization: string, tag: string | undefined][] = [
    [`Bearer ${bob.token}`, '@bob'],
    [`bearer  ${bob.token}`, '@bob'],
    ['Bearer x', undefined],
    ['Bearer', undefined],
    [`Bearer ${bob.token} x`, undefined],
    [`Bearer "${bob.token}"`, undefined],
    // A proxy may have a password of its own, which the browser then sends with each request.
    ['Basic YTpi', '@ann'],
    [`Bearers ${bob.token}`, '@ann'],
    ['', '@ann']
  ]
  for (const [authorization, tag] of authorizations) {
    t.equal(await whoIs(server, { cookie, authorization }), tag, authorization)
  }
  await fetch(`${server.url}/exit`, { headers: { cookie, authorization: 'Bearer x' } })
  t.equal(await whoIs(server, { cookie }), '@ann', 'so it does when somebody logs out')
  await fetch(`${server.url}/exit`, { headers: { cookie, authorization: `Bearer ${bob.token}` } })
  t.same([await whoIs(server, { cookie }), await whoIs(server, { cookie: bob.cookie })], ['@ann', undefined])
})

t.test('a log-out ends every log-in that its cookies name, and no other', async (t) => {
  const server = await startServer(t)
  const ann = await server.signUp('ann')
  const [second, phone] = [await logIn(server, ann), await logIn(server, ann)]
  const tab = await server.connect(`auth=${second}`)
  const exit = await fetch(`${server.url}/exit`, { headers: { cookie: `auth=x; ${ann.cookie}; auth=${second}` } })
  t.same([exit.status, cookieOf(exit)], [200, 'auth='])
  t.equal((await tab.closed).code, 1008)
  const tags = []
  for (const token of [ann.token, second, phone]) tags.push(await whoIs(server, { cookie: `auth=${token}` }))
  t.same(tags, [undefined, undefined, '@ann'])
})
