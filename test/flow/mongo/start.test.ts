import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Collection, type MongoClient } from 'mongodb'
import t, { type Test } from 'tap'
import { openStore } from '../../../src/store/open.js'
import { entry, reportOf, spawnMessenger } from '../../helpers/messengerProcess.js'
import { findFreePort, startMongod, useMongo, withoutMongo, withoutMongod } from '../../helpers/mongod.js'

// The machine may be busy.
const maxStartMs = 60_000
const password = 'not-for-the-log'

/** Returns a port that accepts connections and never answers. */
async function listenSilently(t: Test): Promise<number> {
  const server = createServer((socket) => {
    // Its end does not matter.
    socket.on('error', () => {})
    t.teardown(() => socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  return (server.address() as AddressInfo).port
}

async function checkRefusal(t: Test, port: number | undefined, dir: string) {
  const begin = performance.now()
  const environment = { DB_URL: `mongodb://ann:${password}@127.0.0.1:${port}/messenger`, LOG_LEVEL: 'trace' }
  const child = spawnMessenger(t, { dir, entry, environment })
  const { code, stderr } = await reportOf(child)
  t.comment(stderr)
  t.ok(code > 0, 'the process ends')
  t.ok(performance.now() - begin < maxStartMs, 'in time')
  t.match(stderr, 'db.url', 'it names the setting')
  t.match(stderr, `127.0.0.1:${port}`, 'it names the address')
  t.notMatch(stderr, password, 'it hides the password')
  t.notMatch(stderr, /\n +at /, 'it prints no stack')
}

// Each refusal takes five seconds, so both run at the same time.
t.test('a start without a MongoDB that answers', async (t) => {
  const ports = [await findFreePort(), await listenSilently(t)]
  const dir = t.testdir({ closed: {}, silent: {} })
  await Promise.all([checkRefusal(t, ports[0], join(dir, 'closed')), checkRefusal(t, ports[1], join(dir, 'silent'))])
})

t.test('a database that stops answering while it is opened is named', { skip: withoutMongod }, async (t) => {
  const options = { timeoutMs: 500, busyTimeoutMs: 500, maxLogPages: 1000, onNotice: () => {} }
  const mongod = await startMongod(t)
  const place = `${mongod.url}/messenger`
  for (const goOn of ['thaw', 'stop'] as const) {
    mongod.freeze()
    await t.rejects(openStore(`${place}?appName=hidden`, options), {
      message: `db.url: ${place}: The database did not answer within 1 s.`
    })
    // The calls that have begun end by themselves, or this test would not end.
    await mongod[goOn]()
  }
})

t.test('an upgrade may take longer than the first answers', { skip: withoutMongo }, async (t) => {
  const timeoutMs = 1000
  const { createIndexes } = Collection.prototype
  const patience = new Set<number>()
  t.intercept(Collection.prototype, 'createIndexes', {
    async value(this: Collection & { client: MongoClient }, ...args: Parameters<typeof createIndexes>) {
      const { socketTimeoutMS, waitQueueTimeoutMS } = this.client.options
      for (const timeout of [socketTimeoutMS, waitQueueTimeoutMS]) patience.add(timeout)
      if (this.collectionName === 'users') await delay(1.5 * timeoutMs)
      return createIndexes.apply(this, args)
    }
  })
  const options = { timeoutMs, busyTimeoutMs: 500, maxLogPages: 1000, onNotice: () => {} }
  const store = await openStore((await useMongo(t))(t), options)
  t.same([...patience], [600_000], 'nor does a single answer come too late')
  t.equal(await store.users.findByEmail('ann@x.example'), undefined)
  await store.close()
})
