import { once } from 'node:events'
import t from 'tap'
import { WebSocket } from 'ws'
import { statusOf } from '../../helpers/rawHttp.js'
import { startServer } from '../../helpers/server.js'

const getSelfInfo = { jsonrpc: '2.0', id: 1, method: 'getSelfInfo' }

const exits: [why: string, headers: Record<string, string>, isAllowed: boolean][] = [
  ['a foreign origin', { origin: 'http://evil.example' }, false],
  ['an origin that is hidden', { origin: 'null' }, false],
  ['whatever the Referer', { origin: 'http://evil.example', referer: 'http://client.example/' }, false],
  ['cross-site', { 'sec-fetch-site': 'cross-site' }, false],
  ['cross-site, with its page', { 'sec-fetch-site': 'cross-site', referer: 'http://evil.example/page' }, false],
  ['a redirect from there', { 'sec-fetch-site': 'cross-site', referer: 'http://chat.example/' }, false],
  ['same-site', { 'sec-fetch-site': 'same-site' }, false],
  ['a foreign page over plain HTTP', { referer: 'http://evil.example/page' }, false],
  ['its origin alone', { referer: 'http://evil.example/' }, false],
  ['another port', { referer: 'http://chat.example:8080/' }, false],
  ['a part of the name', { referer: 'http://chat.example.evil.example/' }, false],
  ['a name before it', { referer: 'http://evil-chat.example/' }, false],
  ['the name as a user', { referer: 'http://chat.example@evil.example/' }, false],
  ['the name in the path', { referer: 'http://evil.example/http://chat.example/' }, false],
  ['another scheme', { referer: 'ftp://chat.example/' }, false],
  ['a file', { referer: 'file:///page.html' }, false],
  ['a Referer that is none', { referer: 'chat.example' }, false],
  ['the word null', { referer: 'null' }, false],
  ['a site that is none', { 'sec-fetch-site': 'x', referer: 'http://evil.example/' }, false],
  ['the page of the client', { 'sec-fetch-site': 'cross-site', referer: 'http://client.example/page' }, true],
  ['the same over plain HTTP', { referer: 'http://client.example/page' }, true],
  ['the origin of the client', { origin: 'http://client.example' }, true],
  ['the own origin', { origin: 'http://chat.example' }, true],
  ['the own page', { referer: 'http://chat.example/example/?a#b' }, true],
  ['behind a proxy with TLS', { referer: 'https://chat.example/' }, true],
  ['with its default port', { referer: 'https://Chat.Example:443/' }, true],
  ['with a user', { referer: 'http://ann@chat.example/' }, true],
  ['same-origin', { 'sec-fetch-site': 'same-origin' }, true],
  ['an address that was typed in', { 'sec-fetch-site': 'none' }, true],
  ['a page without an address', { referer: 'about:blank' }, true],
  ['an empty Referer', { referer: '' }, true],
  ['a script', {}, true]
]
for (const method of ['GET', 'POST']) {
  t.test(`no foreign page logs anybody out (${method})`, async (t) => {
    const server = await startServer(t, { config: { client: { url: 'http://client.example' } } })
    for (const [why, headers, isAllowed] of exits) {
      const status = await statusOf(server.url, '/exit', { host: 'chat.example', ...headers }, method)
      t.equal(status, isAllowed ? 200 : 403, why)
    }
    t.equal(await statusOf(server.url, '/exit', {}, 'HEAD'), 404)
  })
}

t.test('without a configured client, no foreign page logs anybody out', async (t) => {
  const server = await startServer(t, { config: { client: { url: undefined } } })
  for (const [name, value] of [
    ['sec-fetch-site', 'cross-site'],
    ['referer', 'http://evil.example/'],
    ['origin', 'null']
  ] as const) {
    t.equal(await statusOf(server.url, '/exit', { [name]: value }, 'GET'), 403, name)
  }
})

t.test('a prefetch logs nobody out', async (t) => {
  const server = await startServer(t)
  const { cookie } = await server.signUp('ann')
  const isLoggedIn = async () => (await server.post('/rpc', getSelfInfo, { cookie })).status === 200
  const prefetches: Record<string, string>[] = [
    { 'sec-purpose': 'prefetch' },
    { 'sec-purpose': 'prefetch;prerender' },
    { 'sec-purpose': 'Prefetch; anonymous-client-ip' },
    { 'sec-purpose': 'prefetch', 'sec-fetch-site': 'none' },
    { purpose: 'prefetch' },
    { 'x-purpose': 'preview' },
    { 'x-moz': 'prefetch' }
  ]
  for (const headers of prefetches) {
    const status = await statusOf(server.url, '/exit', { cookie, ...headers }, 'GET')
    t.equal(status, 403, JSON.stringify(headers))
    t.ok(await isLoggedIn())
  }
  t.equal(await statusOf(server.url, '/', { 'sec-purpose': 'prefetch' }, 'GET'), 200, 'a page may be prefetched')
  t.equal(await statusOf(server.url, '/exit', { cookie, 'sec-purpose': 'other' }, 'GET'), 200)
  t.notOk(await isLoggedIn())
})

t.test('a foreign page without an origin does nothing for its user', async (t) => {
  const server = await startServer(t)
  const { cookie } = await server.signUp('ann')
  const referer = 'http://evil.example/page'
  for (const path of ['/signup', '/login', '/rpc', '/upload-image', '/images', '/exit']) {
    t.equal(await statusOf(server.url, path, { cookie, referer }), 403, path)
  }
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/api`, { headers: { cookie, referer } })
  socket.on('error', () => {})
  const [, response] = await once(socket, 'unexpected-response')
  t.equal(response.statusCode, 403, 'a handshake')
  t.equal(await statusOf(server.url, '/', { referer }, 'GET'), 200, 'a link to a page is followed')
})
