import { EventEmitter, once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { MongoNetworkError } from 'mongodb'
import t from 'tap'
import { type Driver, patchDriver } from '../../../src/store/mongo/driverPatch.js'
import { entry, reportOf, spawnMessenger } from '../../helpers/messengerProcess.js'

/** A driver with the function that is patched; the emitter of a test stands for its socket. */
function fakeDriver(more: Partial<Driver> = {}): Driver {
  const utils = { once: (emitter: EventEmitter, name: string, _options?: object) => once(emitter, name) }
  return { version: '7.9.0', utils, MongoNetworkError, ...more }
}

t.test('the wait to write to a socket', async (t) => {
  const driver = fakeDriver()
  const original = driver.utils.once
  patchDriver(() => driver)
  const patched = driver.utils.once as NonNullable<typeof original>
  t.not(patched, original)
  patchDriver(() => driver)
  t.equal(driver.utils.once, patched, 'a second app patches nothing')

  const socket: EventEmitter & { destroyed?: boolean } = new EventEmitter()
  const drained = patched(socket, 'drain')
  socket.emit('drain')
  await drained
  t.equal(socket.listenerCount('close'), 0, 'nothing is left behind')

  const cut = patched(socket, 'drain')
  socket.emit('close')
  await t.rejects(cut, new MongoNetworkError('The connection has closed.'), 'ends with the socket')

  const opened = patched(socket, 'connect')
  socket.emit('close')
  socket.emit('connect', 'there')
  t.same(await opened, ['there'], 'other waits are as they were')

  socket.destroyed = true
  await t.rejects(patched(socket, 'drain'), MongoNetworkError, 'has no begin when the socket has closed already')
})

t.test('a driver that the patch does not fit', async (t) => {
  const { once: original } = fakeDriver().utils
  const getter = Object.defineProperty({}, 'once', { get: () => original })
  const says = /^The MongoDB driver is not the one that this server was made for, mongodb@7\.9\.0: .*\.$/
  for (const { why, driver, reason } of [
    { why: 'a newer one', driver: fakeDriver({ version: '7.10.0' }), reason: 'it is version 7.10.0' },
    { why: 'an older one', driver: fakeDriver({ version: '7.5.0' }), reason: 'it is version 7.5.0' },
    { why: 'without the function', driver: fakeDriver({ utils: {} }), reason: 'has changed' },
    { why: 'fewer parameters', driver: fakeDriver({ utils: { once } }), reason: 'has changed' },
    { why: 'a function that cannot be replaced', driver: fakeDriver({ utils: getter }), reason: 'has changed' },
    { why: 'read-only', driver: fakeDriver({ utils: Object.freeze(fakeDriver().utils) }), reason: 'has changed' }
  ]) {
    const before = driver.utils.once
    const error = t.throws(() => patchDriver(() => driver), { message: says }, why)
    t.match((error as Error).message, reason, why)
    t.equal(driver.utils.once, before, 'nothing is replaced')
  }
  const missing = () => createRequire(import.meta.url)('mongodb/lib/elsewhere.js')
  t.throws(() => patchDriver(missing), { message: /mongodb@7\.9\.0: its files cannot be read\.$/ }, 'without the file')
})

t.test('the server does not start with a driver that the patch does not fit', async (t) => {
  const dir = t.testdir()
  for (const { why, change, says } of [
    {
      why: 'another version',
      change: "require('mongodb/package.json').version = '8.0.0'",
      says: 'it is version 8.0.0'
    },
    { why: 'no function', change: "delete require('mongodb/lib/utils.js').once", says: 'has changed' }
  ]) {
    const preload = join(dir, 'preload.cjs')
    writeFileSync(
      preload,
      `module.paths.push(${JSON.stringify(resolve('node_modules'))})\nrequire('mongodb')\n${change}`
    )
    const environment = {
      DB_URL: 'mongodb://127.0.0.1:1/messenger',
      NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --require ${preload}`
    }
    const child = spawnMessenger(t, { dir, entry, environment })
    const { code, stderr } = await reportOf(child)
    t.ok(code > 0, why)
    t.match(stderr, /^.*mongodb@7\.9\.0: [^\n]*\n$/, why)
    t.match(stderr, says, why)
  }
})
