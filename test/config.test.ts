import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { loadConfig, variableName } from '../src/config.js'
import { durationMs } from '../src/schemas/config/setting.js'
import { defaultTuning, listTuned, tune } from '../src/tuning.js'

const write = (t: Test, value: unknown) =>
  join(t.testdir({ 'config.json': typeof value === 'string' ? value : JSON.stringify(value) }), 'config.json')

t.test('the config.json of the project has the defaults', async (t) => {
  const { JWT, ...defaults } = loadConfig(join(t.testdir(), 'config.json')).config
  const { client, ...shipped } = JSON.parse(readFileSync('config.json', 'utf8'))
  t.same({ ...shipped, client: {} }, { JWT, ...defaults })
  t.same(client, { url: 'http://localhost:3000' })
  t.ok(Object.isFrozen(defaults) || Object.isFrozen(defaults.app))
})

t.test('a legacy config.json works as it is', async (t) => {
  const file = write(t, {
    JWT: { expiresIn: '1h', privateKey: 'secret_private_key' },
    cookie: { maxAge: '2 days' },
    webSocket: { host: '' },
    app: { port: 8080 },
    client: { url: 'http://localhost:3000' }
  })
  const { config, unknownKeys } = loadConfig(file)
  t.match(config, {
    JWT: { expiresIn: '1h', privateKey: 'secret_private_key' },
    webSocket: { host: '', path: '/api' },
    app: { port: 8080 },
    db: { url: 'file:data/messenger.db' }
  })
  t.same(unknownKeys, [])
})

t.test('the environment goes before the file, and an empty variable has no effect', async (t) => {
  const file = write(t, { app: { port: 1 }, JWT: { privateKey: 'from the file' }, legacyWire: false })
  const environment = {
    PORT: '9000',
    HOST: '127.0.0.1',
    JWT_PRIVATE_KEY: '12345',
    WEB_SOCKET_MAX_BATCH_CALLS: '7',
    LEGACY_WIRE: 'true',
    RATE_LIMITS: 'off',
    DB_URL: ''
  }
  t.match(loadConfig(file, environment).config, {
    app: { port: 9000, host: '127.0.0.1', rateLimits: 'off' },
    JWT: { privateKey: '12345' },
    webSocket: { maxBatchCalls: 7 },
    legacyWire: true,
    db: { url: 'file:data/messenger.db' }
  })
  t.equal(variableName('webSocket.maxPayloadBytes'), 'WEB_SOCKET_MAX_PAYLOAD_BYTES')
})

t.test('a switch in the environment may be a digit', async (t) => {
  const file = write(t, { legacyWire: true })
  t.equal(loadConfig(file, { LEGACY_WIRE: '0' }).config.legacyWire, false)
  t.equal(loadConfig(file, { LEGACY_WIRE: 'false' }).config.legacyWire, false)
  t.equal(loadConfig(write(t, {}), { LEGACY_WIRE: '1' }).config.legacyWire, true)
})

t.test('proxies are addresses and ranges', async (t) => {
  for (const trustProxy of ['127.0.0.1', '10.0.0.0/8, 192.168.1.1', '::1,fd00::/8,2001:db8::/128', '::ffff:10.0.0.1']) {
    t.equal(loadConfig(write(t, { app: { trustProxy } })).config.app.trustProxy, trustProxy)
  }
})

t.test('a file may begin with a byte order mark', async (t) => {
  const dir = t.testdir({ 'config.json': '\ufeff{"app":{"port":1}}' })
  t.equal(loadConfig(`${dir}/config.json`).config.app.port, 1)
})

t.test('keys that nothing reads are listed', async (t) => {
  const file = write(t, { app: { prot: 1 }, colour: { of: 'the sky' } })
  t.match(loadConfig(file), { unknownKeys: ['colour', 'app.prot'], formerSettings: [] })
})

t.test('keys and variables that were settings once are listed apart, and have no effect', async (t) => {
  const file = write(t, { app: { prot: 1, maxRequestsPerSocket: 'many' }, webSocket: { maxTurnMs: 0 } })
  const { config, unknownKeys, formerSettings } = loadConfig(file, {
    OVERLOAD_SAMPLE_INTERVAL_MS: '1',
    ACCOUNTS_BODY_LIMIT_BYTES: ''
  })
  t.same(unknownKeys, ['app.prot'])
  t.same(formerSettings, ['webSocket.maxTurnMs', 'app.maxRequestsPerSocket', 'OVERLOAD_SAMPLE_INTERVAL_MS'])
  t.same(tune(config, {}).webSocket, { ...config.webSocket, ...defaultTuning.webSocket })
  t.notOk(listTuned().some((path) => readFileSync('docs/configuration.md', 'utf8').includes(path)))
})

t.test('tuning stands beside the settings', async (t) => {
  const { config } = loadConfig(write(t, { webSocket: { maxBatchCalls: 7 } }))
  const { webSocket, overload } = tune(config, { webSocket: { maxFragments: 2 } })
  t.match(webSocket, { maxBatchCalls: 7, maxFragments: 2, maxPendingFrames: 64 })
  t.match(overload, { maxEventLoopDelayMs: 1000, sampleIntervalMs: 5000 })
})

t.test('a value that does not fit is refused with its key', async (t) => {
  const refused: [why: string, file: unknown, environment: Record<string, string>, message: RegExp][] = [
    [
      'a port is a number',
      { app: { port: '8000' } },
      {},
      /^app\.port must be integer \(.*config\.json, or PORT in the environment\)$/
    ],
    ['also in the environment', {}, { PORT: 'http' }, /app\.port must be integer/],
    ['a port has a limit', {}, { PORT: '70000' }, /app\.port must be <= 65535/],
    ['a section is an object', { app: 8000 }, {}, /app must be object/],
    ['a section is not null', { app: null }, {}, /app must be object/],
    ['a section is not a list', { app: [] }, {}, /app must be object/],
    ['a secret is not empty', { JWT: { privateKey: '' } }, {}, /JWT\.privateKey must not have fewer/],
    ['a duration has a unit that exists', { JWT: { expiresIn: '3 moons' } }, {}, /JWT\.expiresIn must be a duration/],
    ['a duration is not empty', { cookie: { maxAge: '' } }, {}, /cookie\.maxAge must be a duration/],
    ['a duration does not go back', { cookie: { maxAge: '-1h' } }, {}, /cookie\.maxAge must be a duration/],
    ['a store is known', { db: { url: 'postgres://localhost' } }, {}, /db\.url does not have the right form/],
    ['a word is known', {}, { RATE_LIMITS: 'maybe' }, /app\.rateLimits must be one of on, off \(/],
    ['a switch is on or off', {}, { LEGACY_WIRE: '2' }, /legacyWire must be boolean/],
    ['a number is not a switch', { legacyWire: 1 }, {}, /legacyWire must be boolean/],
    [
      'one proxy is not every address',
      {},
      { TRUST_PROXY: 'true' },
      /app\.trustProxy must be addresses or CIDR ranges, such as/
    ],
    ['a number of proxies can be forged', {}, { TRUST_PROXY: '1' }, /app\.trustProxy must be addresses/],
    ['a name is not an address', { app: { trustProxy: 'loopback' } }, {}, /app\.trustProxy must be addresses/],
    [
      'a range is not every address',
      { app: { trustProxy: '10.0.0.1,0.0.0.0/0' } },
      {},
      /app\.trustProxy must be addresses/
    ],
    ['a range has 32 bits at most', { app: { trustProxy: '10.0.0.0/33' } }, {}, /app\.trustProxy must be addresses/],
    ['an address is whole', { app: { trustProxy: '10.0.0' } }, {}, /app\.trustProxy must be addresses/],
    ['a list has no holes', { app: { trustProxy: '10.0.0.1,' } }, {}, /app\.trustProxy must be addresses/],
    ['a list is not empty', { app: { trustProxy: '' } }, {}, /app\.trustProxy must be addresses/],
    ['a share is at most the whole', {}, { OVERLOAD_MAX_EVENT_LOOP_UTILIZATION: '98' }, /overload\.\w+ must be <= 1/],
    ['a file is JSON', '{"app":', {}, /config\.json is not JSON/],
    ['a file is an object', 'null', {}, /config\.json must be an object$/],
    ['a file is not a list', '[]', {}, /config\.json must be an object$/]
  ]
  for (const [why, content, environment, message] of refused) {
    t.throws(() => loadConfig(write(t, content), environment), { message }, why)
  }
  t.throws(() => loadConfig(t.testdir()), { code: 'EISDIR', message: /^\/.*: EISDIR/ }, 'a folder is not a file')
})

t.test('durations are read in `ms` notation', async (t) => {
  t.equal(durationMs('72h'), 259_200_000)
  t.equal(durationMs('2 days'), 172_800_000)
  t.equal(durationMs('100'), 100)
  t.ok(Number.isNaN(durationMs('soon')))
})
