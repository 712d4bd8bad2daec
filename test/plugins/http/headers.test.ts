import { once } from 'node:events'
import t from 'tap'
import { WebSocket } from 'ws'
import { startServer } from '../../helpers/server.js'

const json = "default-src 'none';frame-ancestors 'none'"
const demo =
  "default-src 'self';img-src 'self' blob:;object-src 'none';base-uri 'none';frame-ancestors 'none';form-action 'self'"

/** Returns the security headers of an answer. */
async function headersOf(url: string, path: string) {
  const { headers } = await fetch(url + path)
  return {
    csp: headers.get('content-security-policy'),
    nosniff: headers.get('x-content-type-options'),
    referrer: headers.get('referrer-policy'),
    coop: headers.get('cross-origin-opener-policy'),
    corp: headers.get('cross-origin-resource-policy'),
    hsts: headers.get('strict-transport-security')
  }
}

const ours = {
  csp: json,
  nosniff: 'nosniff',
  referrer: 'no-referrer',
  coop: 'same-origin',
  corp: 'same-origin',
  hsts: null
}
// Pages of another origin may show it.
const picture = { ...ours, csp: "default-src 'none';sandbox", corp: 'cross-origin' }
const client = { csp: null, nosniff: 'nosniff', referrer: null, coop: null, corp: null, hsts: null }

t.test('every answer has the security headers of its kind', async (t) => {
  const { url } = await startServer(t)
  const told: [path: string, headers: typeof ours][] = [
    ['/exit', ours],
    ['/healthz', ours],
    ['/metrics', ours],
    ['/nowhere', ours],
    ['/', { ...ours, csp: demo }],
    ['/example', { ...ours, csp: demo }],
    ['/example/', { ...ours, csp: demo }],
    ['/example/index.html', { ...ours, csp: demo }],
    ['/example/main.js', { ...ours, csp: demo }],
    ['/img/default.jpg', picture],
    ['/img/nothing.webp', picture]
  ]
  for (const [path, headers] of told) t.same(await headersOf(url, path), headers, path)
})

t.test('a built client keeps its own headers', async (t) => {
  const dir = t.testdir({ client: { 'index.html': '<script>alert(1)</script>', 'main.js': '' } })
  const { url } = await startServer(t, { dir, config: { client: { dir: `${dir}/client` } } })
  for (const path of ['/', '/main.js', '/dialogs/@ann']) t.same(await headersOf(url, path), client, path)
  t.same(await headersOf(url, '/example'), { ...ours, csp: demo }, 'the demo page stays')
  t.same(await headersOf(url, '/exit'), ours)
  t.same(await headersOf(url, '/img/default.jpg'), picture)
})

t.test('a refused request has the security headers', async (t) => {
  const server = await startServer(t)
  const { status, headers } = await server.post('/login', {})
  t.equal(status, 400)
  t.equal(headers.get('content-security-policy'), json)
})

t.test('a refused handshake has the security headers', async (t) => {
  const { url } = await startServer(t)
  for (const [path, origin, status] of [
    ['/api', 'http://evil.example', 403],
    ['/nowhere', undefined, 404],
    ['/exit', undefined, 404]
  ] as const) {
    const socket = new WebSocket(url.replace('http', 'ws') + path, { headers: origin ? { origin } : {} })
    socket.on('error', () => {})
    t.teardown(() => socket.terminate())
    const [, { statusCode, headers }] = await once(socket, 'unexpected-response')
    t.equal(statusCode, status)
    t.match(headers, { 'content-security-policy': json, 'x-content-type-options': 'nosniff' }, path)
  }
})
