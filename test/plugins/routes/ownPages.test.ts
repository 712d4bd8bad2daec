import t from 'tap'
import { setClock, stopClock } from '../../helpers/clock.js'
import { statusOf } from '../../helpers/rawHttp.js'
import { startServer } from '../../helpers/server.js'

t.test('an origin is the own one also where the default port is written out', async (t) => {
  const server = await startServer(t, { config: { client: { url: 'https://client.example:443/app' } } })
  const { cookie } = await server.signUp('ann')
  const pages: [origin: string, host: string, isAllowed: boolean][] = [
    ['https://chat.example.org', 'chat.example.org:443', true],
    ['https://chat.example.org', 'Chat.Example.ORG:443', true],
    ['https://chat.example.org', 'chat.example.org', true],
    ['http://chat.example.org', 'chat.example.org:80', true],
    ['http://chat.example.org', 'chat.example.org', true],
    ['https://[2001:db8::443]', '[2001:db8::443]:443', true],
    ['http://[2001:db8::80]', '[2001:db8::80]:80', true],
    ['http://chat.example.org:8080', 'chat.example.org:8080', true],
    ['https://client.example', 'chat.example.org', true],
    ['http://chat.example.org', 'chat.example.org:443', false],
    ['https://chat.example.org', 'chat.example.org:80', false],
    ['http://chat.example.org:8080', 'chat.example.org', false],
    ['http://chat.example.org', 'chat.example.org:8080', false],
    ['https://chat.example.org', 'chat.example.org:8443', false],
    ['https://chat.example.org', 'chat.example.org:4430', false],
    ['https://chat.example.org', 'chat.example.org:', false],
    ['https://chat.example.org:443', 'chat.example.org', false],
    ['https://other.example.org', 'chat.example.org:443', false],
    ['https://[2001:db8::443]', '[2001:db8::]:443', false],
    ['http://client.example', 'chat.example.org', false]
  ]
  for (const [origin, host, isAllowed] of pages) {
    const status = await statusOf(server.url, '/rpc', { cookie, origin, host })
    t.equal(status !== 403, isAllowed, `${origin} at ${host}: ${status}`)
    const referer = `${origin}/page?x`
    const exit = await statusOf(server.url, '/exit', { referer, host }, 'GET')
    // Browsers leave out the default port of a Referer too, but as a URL it may have one.
    if (origin !== 'https://chat.example.org:443') t.equal(exit !== 403, isAllowed, `${referer} at ${host}`)
  }
})

t.test('a refused page is logged once a minute, with the headers that explain it', async (t) => {
  const server = await startServer(t)
  const warnings = t.capture(server.app.log, 'warn')
  const host = 'internal:8000'
  const refusedBy = async (headers: Record<string, string>) => {
    t.equal(await statusOf(server.url, '/rpc', { host, ...headers }), 403)
    return warnings().map(({ args: [line] }) => line)
  }
  await t.test('by its origin', async (t) => {
    stopClock(t)
    const origin = 'https://chat.example.org'
    t.same(await refusedBy({ origin, 'sec-fetch-site': 'same-origin' }), [
      { origin, referer: undefined, site: 'same-origin', host }
    ])
    t.same(await refusedBy({ origin: 'https://other.example.org' }), [], 'and no other one')
    t.equal(await statusOf(server.url, '/exit', { purpose: 'prefetch' }), 403)
  })
  for (const [why, referer, shown] of [
    ['by its Referer, which may hold a secret', 'https://evil.example/page?token=hidden', 'https://evil.example'],
    ['by one that is malformed', '/page?token=hidden', 'null']
  ] as const) {
    await t.test(why, async (t) => {
      setClock(t, performance, 61_000 * (shown === 'null' ? 2 : 1))
      t.same(await refusedBy({ referer }), [{ origin: undefined, referer: shown, site: undefined, host }])
    })
  }
  await t.test('no longer than that', async (t) => {
    setClock(t, performance, 3 * 61_000)
    const [line] = await refusedBy({ origin: 'x'.repeat(10_000) })
    t.same(line, { origin: 'x'.repeat(200), referer: undefined, site: undefined, host })
  })
})
