import t from 'tap'
import { startServer } from '../../helpers/server.js'

const html = { accept: 'text/html,*/*' }

t.test('the demo page is at / and at /example', async (t) => {
  const { url } = await startServer(t)
  const pages = await Promise.all(
    ['/', '/example', '/example/', '/?from=here'].map(async (path) =>
      (await fetch(url + path, { headers: html })).text()
    )
  )
  for (const page of pages) t.match(page, /^<!doctype html>.*\/example\//is)
  t.equal(new Set(pages).size, 1)
  t.equal((await fetch(`${url}/example/index.html`)).status, 200)
})

t.test('unknown paths are 404', async (t) => {
  const { url } = await startServer(t)
  for (const path of [
    '/nowhere',
    '/example/nowhere.js',
    '/example/../package.json',
    '/example/%2e%2e/config.json',
    '/img/'
  ]) {
    const response = await fetch(url + path, { headers: html })
    t.equal(response.status, 404, path)
    t.match(await response.json(), { Error: { name: 'NotFoundError' } })
  }
  t.equal((await fetch(`${url}/signup`)).status, 404, 'GET /signup')
})

t.test('a built client is served at /', async (t) => {
  const dir = t.testdir({
    client: {
      'index.html': 'my client',
      'main.js': 'my script',
      '.env': 'my secret',
      assets: { 'a.css': 'my style', 'index.css': '' }
    }
  })
  const { url } = await startServer(t, { dir, config: { client: { dir: `${dir}/client` } } })
  const get = async (path: string, headers = {}) => {
    const response = await fetch(url + path, { headers })
    return { status: response.status, text: await response.text() }
  }

  for (const path of ['/', '/dialogs/@ann', '/login?next=1.5']) {
    t.same(await get(path), { status: 200, text: 'my client' }, path)
  }
  t.same(await get('/main.js'), { status: 200, text: 'my script' })
  t.same(await get('/assets/a.css'), { status: 200, text: 'my style' })
  t.match(await get('/example', html), { status: 200, text: /doctype/ }, 'the demo page stays')
  t.equal((await fetch(`${url}/dialogs`, { method: 'HEAD' })).status, 200)
  for (const path of ['/missing.js', '/.env', '/assets/', '/%2e%2e/config.json', '//x.y']) {
    t.match(await get(path, html), { status: 404, text: /NotFoundError/ }, path)
  }
  const posted = await fetch(`${url}/dialogs`, { method: 'POST', headers: html })
  t.equal(posted.status, 404)
})

t.test('a folder without a page keeps the server from starting', async (t) => {
  const dir = t.testdir({ client: {} })
  await t.rejects(startServer(t, { dir, config: { client: { dir: `${dir}/client` } } }), {
    message: /^client\.dir: there is no index\.html in .*client$/
  })
})
