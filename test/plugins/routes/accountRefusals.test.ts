import t from 'tap'
import { eve, startServer } from '../../helpers/server.js'

interface RefusalBody {
  Error: { name: string; message: string; details?: { path: string; message: string }[] }
}

t.test('invalid sign-ups are refused', async (t) => {
  const server = await startServer(t)
  await server.signUp('ann')

  const refused: { why: string; status: number; path?: string; body: unknown }[] = [
    { why: 'the tag is taken', status: 409, body: { user: { ...eve, tag: '@ANN' } } },
    { why: 'the e-mail is taken', status: 409, body: { user: { ...eve, email: 'Ann@Test.example' } } },
    { why: 'a tag begins with @', status: 400, path: '/user/tag', body: { user: { ...eve, tag: 'eve' } } },
    { why: 'a tag has a letter', status: 400, path: '/user/tag', body: { user: { ...eve, tag: '@' } } },
    { why: 'a tag begins with a letter', status: 400, path: '/user/tag', body: { user: { ...eve, tag: '@1' } } },
    { why: 'a tag is one line', status: 400, path: '/user/tag', body: { user: { ...eve, tag: '@eve\n' } } },
    { why: 'a tag is ASCII', status: 400, path: '/user/tag', body: { user: { ...eve, tag: '@аnn' } } },
    { why: 'a tag has an end', status: 400, path: '/user/tag', body: { user: { ...eve, tag: `@${'e'.repeat(33)}` } } },
    { why: 'a name has letters', status: 400, path: '/user/firstName', body: { user: { ...eve, firstName: '123' } } },
    {
      why: 'a first name is not empty',
      status: 400,
      path: '/user/firstName',
      body: { user: { ...eve, firstName: '' } }
    },
    {
      why: 'a last name is empty or a name',
      status: 400,
      path: '/user/lastName',
      body: { user: { ...eve, lastName: ' ' } }
    },
    { why: 'a last name is not null', status: 400, path: '/user/lastName', body: { user: { ...eve, lastName: null } } },
    {
      why: 'a last name is not left out',
      status: 400,
      path: '/user/lastName',
      body: { user: { ...eve, lastName: undefined } }
    },
    { why: 'a name has no edges', status: 400, path: '/user/firstName', body: { user: { ...eve, firstName: 'Eve ' } } },
    {
      why: 'a name has an end',
      status: 400,
      path: '/user/firstName',
      body: { user: { ...eve, firstName: `E${'e'.repeat(64)}` } }
    },
    { why: 'an e-mail has an @', status: 400, path: '/user/email', body: { user: { ...eve, email: 'eve.example' } } },
    { why: 'an e-mail has one @', status: 400, path: '/user/email', body: { user: { ...eve, email: 'e@v@e' } } },
    { why: 'an e-mail has no <', status: 400, path: '/user/email', body: { user: { ...eve, email: 'e<v@e.example' } } },
    { why: 'an e-mail has a domain', status: 400, path: '/user/email', body: { user: { ...eve, email: 'e@v..e' } } },
    {
      why: 'a password has 5 characters',
      status: 400,
      path: '/user/password',
      body: { user: { ...eve, password: '1234' } }
    },
    { why: 'a password is a text', status: 400, path: '/user/password', body: { user: { ...eve, password: 12345 } } },
    {
      why: 'a password is not a list',
      status: 400,
      path: '/user/password',
      body: { user: { ...eve, password: ['12345'] } }
    },
    { why: 'a field is missing', status: 400, path: '/user/email', body: { user: { ...eve, email: undefined } } },
    { why: 'a field is unknown', status: 400, path: '/user/isAdmin', body: { user: { ...eve, isAdmin: true } } },
    { why: 'the user is missing', status: 400, path: '/user', body: {} },
    { why: 'null is not a body', status: 400, path: '', body: null },
    { why: 'a list is not a body', status: 400, path: '', body: [eve] }
  ]
  for (const { why, status, path, body } of refused) {
    const response = await server.post('/signup', body)
    t.equal(response.status, status, why)
    const { Error: refusal } = (await response.json()) as RefusalBody
    t.match(refusal, { name: String, message: String }, why)
    if (path !== undefined) t.equal(refusal.details?.[0]?.path, path, why)
    t.same(response.headers.getSetCookie(), [], why)
  }
})

t.test('bodies that are not JSON are refused', async (t) => {
  const server = await startServer(t, { config: { accounts: { bodyLimitBytes: 100 } } })
  const json = 'application/json'
  const refused = [
    { why: 'the body is missing', status: 400 },
    { why: 'it is empty', status: 400, type: json, body: '' },
    { why: 'it is cut off', status: 400, type: json, body: '{"user":' },
    { why: 'it would change what every object inherits', status: 400, type: json, body: '{"__proto__":{"a":1}}' },
    { why: 'a text may come from any page', status: 415, type: 'text/plain', body: '{}' },
    { why: 'a form may come from any page', status: 415, type: 'application/x-www-form-urlencoded', body: 'user=eve' },
    { why: 'a form with files may, too', status: 415, type: 'multipart/form-data; boundary=x', body: '--x--' },
    { why: 'it is too large', status: 413, type: json, body: JSON.stringify({ user: 'x'.repeat(100) }) }
  ]
  for (const path of ['/signup', '/login']) {
    for (const { why, status, type, body } of refused) {
      const headers: Record<string, string> = type ? { 'content-type': type } : {}
      const response = await fetch(server.url + path, { method: 'POST', headers, body })
      t.equal(response.status, status, `${path}: ${why}`)
      t.match(await response.json(), { Error: { name: /Error$/, message: /\.$/ } }, `${path}: ${why}`)
    }
  }
})
