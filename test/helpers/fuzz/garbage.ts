import type { Random } from '../random.js'
import { randomFrame, upgradeWith } from './frames.js'
import type { Garbage } from './throwAt.js'
import { mutate, randomBytes, randomCall, randomText, randomValue } from './values.js'

export interface Victim {
  /** Header `Cookie`; empty without a session. */
  cookie: string
  email: string
}

const line = '\r\n'
const methods = [
  'GET',
  'POST',
  'PUT',
  'HEAD',
  'OPTIONS',
  'DELETE',
  'PATCH',
  'TRACE',
  'CONNECT',
  'PROPFIND',
  'get',
  'X Y'
]
const paths = [
  ...['/', '/api', '/rpc', '/login', '/signup', '/exit', '/images', '/upload-image', '/img/default.jpg'],
  ...[
    '/img/%2e%2e%2fx',
    '/example/',
    '/example/../config.json',
    '//',
    '/%',
    '/%ff',
    '*',
    '/healthz',
    '/readyz',
    '/metrics',
    '/?a=%00'
  ]
]
const types = [
  ...['application/json', 'text/plain', 'multipart/form-data; boundary=b', 'multipart/form-data', 'image/png'],
  ...['application/x-www-form-urlencoded', 'application/json; charset=utf-16', ';;;', '']
]

/** Makes random bytes. */
export function randomNoise(random: Random): Garbage {
  return Array.from({ length: 1 + random.below(3) }, () => randomBytes(random, 2000))
}

/** Makes a damaged HTTP request. */
export function randomHttp(random: Random, { cookie, email }: Victim): Garbage {
  const type = random.pick(types)
  const body = type.startsWith('multipart') ? randomForm(random) : randomBody(random, email)
  const length = random.isChance(0.8) ? body.length : random.below(100_000)
  const headers = [
    `${random.pick(methods)} ${random.isChance(0.9) ? random.pick(paths) : `/${randomText(random)}`} HTTP/1.1`,
    ...(random.isChance(0.95) ? ['Host: here'] : []),
    `Content-Type: ${type}`,
    random.isChance(0.9) ? `Content-Length: ${length}` : 'Transfer-Encoding: chunked',
    `Cookie: ${random.isChance(0.8) ? cookie : randomText(random)}`,
    ...(random.isChance(0.1) ? [`X-Long: ${'x'.repeat(random.below(40_000))}`] : []),
    ...(random.isChance(0.1) ? [`Authorization: Bearer ${randomText(random)}`] : []),
    ...(random.isChance(0.1) ? ['Upgrade: websocket', 'Connection: Upgrade'] : ['Connection: close'])
  ]
  const request = Buffer.concat([Buffer.from(headers.join(line) + line + line), body])
  return [random.isChance(0.2) ? mutate(random, request) : request]
}

function randomBody(random: Random, email: string): Buffer {
  const user = { tag: randomText(random), firstName: 'Eve', lastName: 'Test', email, password: randomValue(random) }
  const bodies = [{ user }, { user: randomValue(random) }, randomCall(random), randomValue(random)]
  const text = Buffer.from(JSON.stringify(random.pick(bodies)) ?? '')
  return random.isChance(0.3) ? mutate(random, text) : text
}

function randomForm(random: Random): Buffer {
  const parts = Array.from({ length: random.below(4) }, () => {
    const name = random.pick(['image', 'other', '', '"', randomText(random)])
    const file = random.isChance(0.7) ? `; filename="${random.pick(['a.png', '../a', ''])}"` : ''
    const head = ['--b', `Content-Disposition: form-data; name="${name}"${file}`, 'Content-Type: image/png', '', '']
    return Buffer.concat([Buffer.from(head.join(line)), randomBytes(random, 5000), Buffer.from(line)])
  })
  const form = Buffer.concat([...parts, Buffer.from(random.isChance(0.8) ? `--b--${line}` : '')])
  return random.isChance(0.3) ? mutate(random, form) : form
}

/** Makes an upgrade and frames that break the rules. */
export function randomFrames(random: Random, { cookie }: Victim): Garbage {
  const frames = Array.from({ length: 1 + random.below(5) }, () => randomFrame(random))
  return [upgradeWith(cookie), ...frames]
}

/** Makes an upgrade and damaged calls. */
export function randomRpc(random: Random, { cookie }: Victim): Garbage {
  const frames = Array.from({ length: 1 + random.below(10) }, () => {
    const call = random.isChance(0.1) ? [randomCall(random), randomValue(random)] : randomCall(random)
    const text = Buffer.from(JSON.stringify(call))
    return randomFrame(random, random.isChance(0.2) ? mutate(random, text) : text)
  })
  return [upgradeWith(cookie), ...frames]
}
