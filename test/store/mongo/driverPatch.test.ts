import { channel } from 'node:diagnostics_channel'
import { EventEmitter, once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import { join, resolve } from 'node:path'
import { MongoClient, MongoNetworkError } from 'mongodb'
import t, { type Test } from 'tap'
import { type Driver, patchDriver } from '../../../src/store/mongo/driverPatch.js'
import { reportOf, spawnMessenger } from '../../messengerProcess.js'
import { useMongo, withoutMongo } from '../../mongod.js'
import { openMongoWire } from '../../mongoWire.js'

/** A client, and the sockets that it has opened until it was connected. */
async function connect(url: string): Promise<{ client: MongoClient; sockets: Socket[] }> {
  const sockets: Socket[] = []
  const onSocket = (message: unknown) => void sockets.push((message as { socket: Socket }).socket)
  const opened = channel('net.client.socket')
  opened.subscribe(onSocket)
  const client = await new MongoClient(url, { heartbeatFrequencyMS: 500 }).connect()
  opened.unsubscribe(onSocket)
  return { client, sockets }
}

/** Destroys sockets. @returns resolves when they have told so */
async function destroy(sockets: Socket[]): Promise<void> {
  const closed = sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve)))
  for (const socket of sockets) socket.destroy()
  await Promise.all(closed)
}

/** What has come of a command on a socket that was destroyed and had not told so, when another command has its answer. */
async function commandOnDestroyed(t: Test, url: string): Promise<unknown> {
  const { client, sockets } = await connect(url)
  t.teardown(() => client.close())
  let outcome: unknown = 'waiting'
  const destroyed = destroy(sockets)
  client
    .db()
    .command({ ping: 1 })
    .catch((error: unknown) => {
      outcome = error
    })
  await destroyed
  await client.db().collection('settings').findOne()
  return outcome
}

/** The same of a heartbeat, without which the client never finds a server again. */
async function heartbeatOnDestroyed(t: Test, url: string): Promise<unknown> {
  const { client, sockets } = await connect(url)
  t.teardown(() => client.close())
  let outcome: unknown = 'waiting'
  client.once('serverHeartbeatFailed', ({ failure }) => {
    outcome = failure
  })
  // The client tells so before it writes.
  await new Promise<void>((resolve) => client.once('serverHeartbeatStarted', () => resolve(destroy(sockets))))
  await client.db().collection('settings').findOne()
  return outcome
}

t.test('the driver on a socket that is destroyed', { skip: withoutMongo }, async (t) => {
  const url = (await useMongo(t))(t)
  const mended = 'the driver is mended: the patch is not needed any more, see ADR 10'

  t.test('waits for ever without the patch', async (t) => {
    t.equal(await commandOnDestroyed(t, url), 'waiting', mended)
    t.equal(await heartbeatOnDestroyed(t, url), 'waiting', mended)
  })

  t.test('takes the connection for broken with the patch', async (t) => {
    patchDriver()
    t.type(await commandOnDestroyed(t, url), MongoNetworkError)
    t.type(await heartbeatOnDestroyed(t, url), MongoNetworkError)
  })
})

t.test(
  'a write that a server does not read ends after the time limit of the socket',
  { skip: withoutMongo },
  async (t) => {
    patchDriver()
    const wire = await openMongoWire(t, (await useMongo(t))(t))
    const client = await new MongoClient(wire.url, { socketTimeoutMS: 200 }).connect()
    const documents = client.db().collection('documents')
    await documents.findOne()
    wire.freeze()
    // More than the buffers between the two take.
    const large = Array.from('abc', () => ({ text: 'x'.repeat(10_000_000) }))
    await t.rejects(documents.insertMany(large), { message: 'The connection has closed.' }, 'the write is refused')
    await client.close()
  }
)

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
    const child = spawnMessenger(t, { dir, entry: 'dist/bin/messenger-server.js', environment })
    const { code, stderr } = await reportOf(child)
    t.ok(code > 0, why)
    t.match(stderr, /^.*mongodb@7\.9\.0: [^\n]*\n$/, why)
    t.match(stderr, says, why)
  }
})
