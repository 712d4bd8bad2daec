import { once } from 'node:events'
import { cpSync, readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { type RequestOptions, request } from 'node:https'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import sharp from 'sharp'
import t, { type Test } from 'tap'
import { createDevice, openDevice } from '../helpers/device.js'
import { form } from '../helpers/images/pictures.js'
import { blocksOf } from '../helpers/install/blocks.js'
import { entry, startMessenger } from '../helpers/messengerProcess.js'
import { type Nginx, startNginx, withoutNginx } from '../helpers/nginx.js'
import { eve } from '../helpers/server.js'

const [block = '', ...otherBlocks] = blocksOf('docs/configuration.md', 'nginx')
const config = JSON.parse(readFileSync('config.json', 'utf8'))
const name = 'messenger.example.org'
const origin = `https://${name}`

/** Starts the server with the default configuration, behind nginx. */
async function start(t: Test, { conf = block, ...environment }: Record<string, string> = {}) {
  const dir = t.testdir()
  cpSync('config.json', join(dir, 'config.json'))
  const messenger = await startMessenger(t, { dir, entry, environment: { TRUST_PROXY: '127.0.0.1', ...environment } })
  return { messenger, proxy: await startNginx(t, conf, messenger.url) }
}

/** Options of a client that sends the Origin of the proxy. */
const browser = ({ port, ca }: Nginx) => ({ host: '127.0.0.1', port, ca, servername: name })

async function ask(proxy: Nginx, path: string, { headers, ...options }: RequestOptions = {}, body?: string | Buffer) {
  const own = { host: name, ...(body ? { 'content-length': Buffer.byteLength(body) } : {}), ...headers }
  const asked = request({ ...browser(proxy), path, method: body ? 'POST' : 'GET', headers: own, ...options })
  asked.end(body)
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  const cookies = response.headers['set-cookie'] ?? []
  return { status: response.statusCode, headers: response.headers, cookies, body: await text(response) }
}

const json = { 'content-type': 'application/json', origin }

async function signUp(proxy: Nginx, tag: string, options?: RequestOptions) {
  const body = JSON.stringify({ user: { ...eve, tag: `@${tag}`, email: `${tag}@test.example` } })
  const { cookies } = await ask(proxy, '/signup', { headers: json, ...options }, body)
  return String(cookies[0]?.split(';')[0])
}

const socketOf = ({ port }: Nginx) => `wss://127.0.0.1:${port}/api`
const socketOptions = (proxy: Nginx, from = origin) => ({ ...browser(proxy), headers: { host: name }, origin: from })

const open = (t: Test, proxy: Nginx, cookie: string) => openDevice(t, socketOf(proxy), cookie, socketOptions(proxy))

t.test('the nginx of docs/configuration.md, word for word', { skip: withoutNginx }, async (t) => {
  t.same(otherBlocks, [])

  t.test('log-in, talk, and pages of other origins', async (t) => {
    const { proxy } = await start(t)
    const anns = await signUp(proxy, 'ann')
    const bobs = await signUp(proxy, 'bob')
    const body = JSON.stringify({ user: { email: 'ann@test.example', password: eve.password } })
    const { status, headers, cookies } = await ask(proxy, '/login', { headers: json }, body)
    t.equal(status, 200)
    t.match(cookies, [/^auth=.*; Secure/], 'by HTTPS alone')
    t.match(headers['strict-transport-security'], /^max-age=\d+/)
    t.equal((await ask(proxy, '/login', { headers: { ...json, origin: 'https://evil.example' } }, body)).status, 403)

    const ann = await open(t, proxy, anns)
    const bob = await open(t, proxy, bobs)
    await ann.call('sendMessageToUser', ['@bob', 'by way of nginx'])
    t.match(await bob.notification(), { code: 3001, body: { text: 'by way of nginx' } })
    const evil = createDevice(socketOf(proxy), anns, socketOptions(proxy, 'https://evil.example'))
    t.match(await once(evil.socket, 'error'), [/403/], 'its pages open no connection')
  })

  t.test('a large picture', async (t) => {
    const { proxy } = await start(t)
    const cookie = await signUp(proxy, 'ann')
    const upload = async (bytes: Buffer) => {
      const sent = new Response(form(bytes))
      const headers = { cookie, origin, 'content-type': String(sent.headers.get('content-type')) }
      return ask(proxy, '/upload-image', { headers }, Buffer.from(await sent.arrayBuffer()))
    }
    const [width, height] = [2000, 1900]
    const noise = { create: { width, height, channels: 3, noise: { type: 'gaussian', mean: 128, sigma: 60 } } } as const
    const picture = await sharp({ ...noise, create: { ...noise.create, background: 'black' } })
      .png({ compressionLevel: 0 })
      .toBuffer()
    t.ok(picture.length > 10 * 1024 * 1024)
    t.match(await upload(picture), { status: 200, body: /fileName/ })
    const tooLarge = await upload(Buffer.concat([picture], config.images.maxBytes + 1))
    t.match(tooLarge, { status: 413, body: /^{"Error":/ }, 'the server itself says that it is too large')
  })

  t.test('a quiet connection outlives the time that nginx waits for bytes', async (t) => {
    const seconds = Number(block.match(/proxy_read_timeout (\d+)s/)?.[1])
    t.ok(seconds * 1000 > config.webSocket.pingIntervalMs, 'the times of the page')
    t.ok(Number(block.match(/keepalive_timeout (\d+)s/)?.[1]) * 1000 < config.app.keepAliveTimeoutMs)
    const conf = block.replace(`proxy_read_timeout ${seconds}s`, 'proxy_read_timeout 1s')
    const { proxy } = await start(t, { conf, WEB_SOCKET_PING_INTERVAL_MS: '300' })
    const ann = await open(t, proxy, await signUp(proxy, 'ann'))
    for (let pings = 0; pings < 6; pings++) await once(ann.socket, 'ping')
    t.match(await ann.call('getSelfInfo'), { tag: '@ann' })
  })

  t.test('clients are counted by their own addresses and not by their headers', async (t) => {
    const { messenger, proxy } = await start(t, { LOG_LEVEL: 'info' })
    const lines = createInterface(messenger.child.stdout as Readable)
    const line = once(lines, 'line')
    const claims = { ...json, 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'http' }
    await signUp(proxy, 'ann', { localAddress: '127.0.0.2', headers: claims })
    t.match(JSON.parse(String(await line)), { event: 'signup', address: '127.0.0.2' })
  })

  t.test('pages for operators cannot be reached from outside', async (t) => {
    const { messenger, proxy } = await start(t)
    for (const path of ['/metrics', '/healthz', '/readyz']) {
      t.equal((await fetch(messenger.url + path)).status, 200, path)
      const ways = [
        path,
        `${path}?`,
        `/${path}`,
        `/x/..${path}`,
        path.replace('e', '%65'),
        `${path}/`,
        path.toUpperCase()
      ]
      for (const way of ways) t.equal((await ask(proxy, way)).status, 404, way)
    }
  })
})
