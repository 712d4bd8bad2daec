import { readFileSync } from 'node:fs'
import t from 'tap'
import { startServer } from '../../helpers/server.js'

t.test('a ready server says so, with its version', async (t) => {
  const { url } = await startServer(t)
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
  for (const [path, body] of [
    ['/healthz', { status: 'OK' }],
    ['/readyz', { status: 'OK', version }]
  ] as const) {
    const response = await fetch(url + path, { headers: { origin: 'http://anywhere.example' } })
    t.same([response.status, await response.json()], [200, body], path)
  }
})

t.test('a server without its database is alive and not ready', async (t) => {
  const server = await startServer(t)
  const errors = t.capture(server.app.log, 'error')
  await server.app.db.close()
  const ready = await fetch(`${server.url}/readyz`)
  t.equal(ready.status, 503)
  t.same(await ready.json(), { Error: { name: 'UnavailableError', message: 'The database cannot be read.' } })
  t.match(errors(), [{ args: [{ path: '/readyz', status: 503, err: { cause: Error } }] }], 'the cause is in the log')
  t.equal((await fetch(`${server.url}/healthz`)).status, 200)
})
