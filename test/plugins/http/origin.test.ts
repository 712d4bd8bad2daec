import { once } from 'node:events'
import t from 'tap'
import { WebSocket } from 'ws'
import { statusOf } from '../../helpers/rawHttp.js'
import { startServer } from '../../helpers/server.js'

t.test('pages of the own and the configured origin may connect, others may not', async (t) => {
  const server = await startServer(t, { config: { client: { url: 'http://client.example/app/' } } })
  const { cookie } = await server.signUp('ann')
  const own = new URL(server.url)

  const origins: [origin: string | undefined, isAllowed: boolean][] = [
    [undefined, true],
    [own.origin, true],
    [`https://${own.host}`, true],
    ['http://client.example', true],
    ['http://client.example.evil.example', false],
    ['http://evil.example', false],
    ['https://client.example', false],
    [`http://${own.hostname}:1`, false],
    [`HTTP://${own.host}`, false],
    [`ftp://${own.host}`, false],
    [`${own.origin}/`, false],
    [`${own.origin}.`, false],
    [`http://ann@${own.host}`, false],
    [`${own.origin}, http://evil.example`, false],
    ['http://client.example:80', false],
    ['http://client.example/app/', false],
    ['null', false],
    ['', false]
  ]
  for (const [origin, isAllowed] of origins) {
    const socket = new WebSocket(`ws://${own.host}/api`, {
      headers: { cookie, ...(origin !== undefined && { origin }) }
    })
    socket.on('error', () => {})
    t.teardown(() => socket.terminate())
    if (isAllowed) await t.resolves(once(socket, 'open'), String(origin))
    else {
      const [, response] = await once(socket, 'unexpected-response')
      const body = (await response.toArray()).join('')
      t.match(
        { status: response.statusCode, ...JSON.parse(body) },
        { status: 403, Error: { name: 'ForbiddenError' } },
        String(origin)
      )
    }
  }
})

t.test('pages of the configured origin may call over HTTP (CORS), others may not', async (t) => {
  const server = await startServer(t, { config: { client: { url: 'http://client.example' } } })
  const preflight = await fetch(`${server.url}/login`, {
    method: 'OPTIONS',
    headers: { origin: 'http://evil.example', 'access-control-request-method': 'POST' }
  })
  t.equal(preflight.headers.get('access-control-allow-origin'), 'http://client.example', 'always the configured one')
  t.equal(preflight.headers.get('access-control-allow-credentials'), 'true')

  const { cookie } = await server.signUp('ann')
  const statusFrom = async (origin: string) => (await server.post('/upload-image', {}, { cookie, origin })).status
  t.equal(await statusFrom('http://client.example'), 400, 'it may call')
  t.equal(await statusFrom(server.url), 400, 'so may our own pages')
  t.equal(await statusFrom('http://evil.example'), 403, 'other pages may not, not even by a form')

  const alone = await startServer(t, { dir: t.testdir(), config: { client: { url: undefined } } })
  const { headers } = await fetch(`${alone.url}/exit`, { headers: { origin: 'http://client.example' } })
  t.equal(headers.get('access-control-allow-origin'), null, 'no origin is configured')
})

t.test('an answer never allows an origin only because it asked', async (t) => {
  const servers = [
    { allowed: 'http://client.example', url: 'http://client.example' },
    { allowed: null, url: undefined }
  ]
  for (const [index, { allowed, url }] of servers.entries()) {
    const server = await startServer(t, { dir: t.testdir({ [index]: {} }), config: { client: { url } } })
    const requests = [
      { path: '/', method: 'GET' },
      { path: '/exit', method: 'GET' },
      { path: '/img/default.jpg', method: 'GET' },
      { path: '/nowhere', method: 'GET' },
      { path: '/metrics', method: 'GET' },
      { path: '/rpc', method: 'POST' },
      { path: '/login', method: 'OPTIONS' }
    ]
    for (const { path, method } of requests) {
      for (const origin of ['http://evil.example', 'http://client.example.evil.example', 'null', '*']) {
        const headers = { origin, 'access-control-request-method': 'POST' }
        const response = await fetch(server.url + path, { method, headers })
        t.equal(response.headers.get('access-control-allow-origin'), allowed, `${method} ${path} from ${origin}`)
      }
    }
  }
})

t.test('a request is judged by its Origin, and without one by Sec-Fetch-Site', async (t) => {
  const server = await startServer(t, { config: { client: { url: 'http://client.example' } } })
  const { cookie } = await server.signUp('ann')
  const calls: [site: string, origin: string | undefined, isAllowed: boolean][] = [
    ['same-origin', undefined, true],
    ['none', undefined, true],
    ['same-site', undefined, false],
    ['cross-site', undefined, false],
    ['cross-site', 'http://client.example', true],
    ['same-site', 'http://client.example', true],
    ['same-origin', server.url, true],
    ['same-origin', 'null', false],
    ['cross-site', 'http://evil.example', false]
  ]
  for (const path of ['/signup', '/login', '/upload-image', '/rpc']) {
    for (const [site, origin, isAllowed] of calls) {
      const status = await statusOf(server.url, path, { cookie, 'sec-fetch-site': site, ...(origin && { origin }) })
      t.equal(status !== 403, isAllowed, `${path} from ${site}, ${origin}: ${status}`)
    }
  }
})
