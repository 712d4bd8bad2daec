import { once } from 'node:events'
import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { openDevice } from './helpers/device.js'
import { entry, reportOf, spawnMessenger, startMessenger } from './helpers/messengerProcess.js'

const files = ['jwt.key', 'messenger.db', 'messenger.db-shm', 'messenger.db-wal']

t.test('the server starts in an empty folder and stops on a signal', async (t) => {
  const dir = t.testdir()
  const messenger = await startMessenger(t, { dir })
  t.equal((await fetch(messenger.url)).status, 200)
  t.same(readdirSync(join(dir, 'data')).sort(), files)
  for (const file of ['', ...files]) {
    t.equal(statSync(join(dir, 'data', file)).mode & 0o077, 0, `data/${file} is for its owner alone`)
  }
  const device = await openDevice(t, `${messenger.url.replace('http', 'ws')}/api`)
  await device.closed
  t.equal(await messenger.end('SIGTERM'), 0)
})

t.test('files in a folder that others can read are for their owner alone', async (t) => {
  const dir = t.testdir({ data: {} })
  chmodSync(join(dir, 'data'), 0o755)
  await startMessenger(t, { dir })
  for (const file of files) t.equal(statSync(join(dir, 'data', file)).mode & 0o777, 0o600, file)
})

t.test('an unknown command is refused', async (t) => {
  for (const name of ['serve', 'toString', 'mongodb://ann:hidden@127.0.0.1/x']) {
    const child = spawnMessenger(t, { dir: t.testdir(), args: [name] })
    const { code, stderr } = await reportOf(child)
    t.equal(code, 1)
    t.match(stderr, /^There is no such command\. Usage: .*backup FILE.*copy FROM TO.*adopt URL.*\n$/)
    t.notMatch(stderr, 'hidden')
  }
})

t.test('a server with the log level silent prints its link alone', async (t) => {
  const messenger = await startMessenger(t, { dir: t.testdir(), environment: { LOG_LEVEL: 'silent' } })
  t.equal(await messenger.end('SIGTERM'), 0)
})

t.test('a start prints a log line with the version, and a line for a person', async (t) => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
  for (const [level, says] of [
    ['warn', [{ level: 30, version, node: process.version, msg: 'started' }]],
    ['info', [{ version }]],
    ['silent', []]
  ] as const) {
    const child = spawnMessenger(t, { dir: t.testdir(), entry, environment: { LOG_LEVEL: level, NODE_OPTIONS: '' } })
    child.stdout?.on('data', (chunk) => {
      if (String(chunk).includes('Messenger: http://127.0.0.1:')) child.kill('SIGTERM')
    })
    const { stdout } = await reportOf(child)
    const told = stdout
      .split('\n')
      .filter((line) => line.includes('"version"'))
      .map((line) => JSON.parse(line))
    t.match(told, says, level)
    t.equal(told.length, says.length, level)
  }
})

t.test('the server starts with keys that have no effect, and names them', async (t) => {
  const dir = t.testdir({
    'config.json': '{"app":{"prot":80,"maxRequestsPerSocket":9},"webSocket":{"maxFragments":9}}'
  })
  const child = spawnMessenger(t, { dir, environment: { WEB_SOCKET_MAX_TURN_MS: '9' } })
  child.stdout?.once('data', () => child.kill('SIGTERM'))
  const former = 'webSocket.maxFragments, app.maxRequestsPerSocket, WEB_SOCKET_MAX_TURN_MS'
  t.match(await reportOf(child), {
    code: 0,
    stderr: `config.json: nothing reads app.prot\nThese are no longer settings and have no effect: ${former}\n`
  })
})

t.test('an uncaught error is logged and stops the server in order', async (t) => {
  const traps = [
    { why: 'thrown', does: 'throw new Error("unforeseen")' },
    { why: 'a rejected promise without a handler', does: 'Promise.reject(new Error("unforeseen"))' }
  ]
  for (const { why, does } of traps) {
    const dir = t.testdir({
      'config.json': '{"webSocket":{"host":"127.0.0.1"}}',
      'trap.mjs': `process.once("SIGCONT", () => { ${does} })`
    })
    const NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --import=${pathToFileURL(join(dir, 'trap.mjs'))}`
    const messenger = await startMessenger(t, { dir, environment: { NODE_OPTIONS, HOST: '' } })
    const log = once(messenger.child.stdout as Readable, 'data')
    const device = await messenger.connect(await messenger.signUp('ann'))
    t.equal(await messenger.end('SIGCONT'), 1, why)
    t.match(String(await log), /"level":60.*unforeseen/, why)
    t.match(await device.closed, { code: 1001 }, 'in order')
  }
})

interface Failure {
  why: string
  files?: Parameters<typeof t.testdir>[0]
  environment?: Record<string, string>
  says: RegExp
}

t.test('a server that cannot start says why in one line', async (t) => {
  const running = await startMessenger(t, { dir: t.testdir() })
  const failures: Failure[] = [
    {
      why: 'a key',
      files: { 'config.json': '{"legacyWire":1}' },
      says: /^legacyWire must be boolean \(config\.json, or LEGACY_WIRE in the environment\)\n$/
    },
    { why: 'the database', files: { data: { 'messenger.db': 'x'.repeat(9999) } }, says: /^data\/messenger\.db: .+\n$/ },
    {
      why: 'the port',
      environment: { PORT: new URL(running.url).port },
      says: /^listen EADDRINUSE.*, or set another PORT\n$/
    },
    {
      why: 'the host',
      environment: { HOST: 'nowhere.invalid' },
      says: /^getaddrinfo \w+ nowhere\.invalid: set HOST.*\n$/
    },
    { why: 'the address', environment: { HOST: '192.0.2.1' }, says: /^listen EADDRNOTAVAIL.*: set HOST.*\n$/ },
    { why: 'a folder', files: { 'config.json': {} }, says: /^config\.json: EISDIR.*\n$/ },
    {
      why: 'a file that is not JSON',
      files: { 'config.json': '{\n"JWT":\n{\n' },
      says: /^config\.json is not JSON: .*\n$/
    },
    {
      why: 'a file that is not an object',
      files: { 'config.json': 'null' },
      says: /^config\.json must be an object\n$/
    },
    { why: 'a file in place of the folder', files: { data: '' }, says: /^data\/messenger\.db: .*\n$/ },
    { why: 'the secret', files: { data: { 'jwt.key': {} } }, says: /^data\/jwt\.key: EISDIR.*\n$/ },
    { why: 'the client', environment: { CLIENT_DIR: 'none' }, says: /^client\.dir: .*\n$/ },
    { why: 'the path', environment: { WEB_SOCKET_PATH: 'api' }, says: /^webSocket\.path .*\n$/ },
    { why: 'a path that is taken', environment: { WEB_SOCKET_PATH: '/healthz' }, says: /^.*\/healthz.*\n$/ }
  ]
  for (const { why, files, environment, says } of failures) {
    await t.test(why, async (t) => {
      const { code, stderr } = await reportOf(
        spawnMessenger(t, { dir: t.testdir(files), entry, environment: { NODE_OPTIONS: '', ...environment } })
      )
      t.equal(code, 1)
      t.match(stderr, says)
    })
  }
})
