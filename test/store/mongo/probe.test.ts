import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { MongoClient, MongoNetworkError, MongoServerError, ObjectId } from 'mongodb'
import t from 'tap'
import { assertEngine } from '../../../src/store/mongo/probe.js'
import { reportOf, spawnMessenger } from '../../helpers/messengerProcess.js'
import { filter, spoil } from '../../helpers/mongo/misreading.js'
import { readFaults } from '../../helpers/mongo/readFaults.js'
import { writeFaults } from '../../helpers/mongo/writeFaults.js'
import { useMongo, withoutMongo } from '../../helpers/mongod.js'

t.test('the engine at a start', { skip: withoutMongo }, async (t) => {
  const newDatabase = await useMongo(t)
  const client = await new MongoClient(newDatabase(t)).connect()
  t.teardown(() => client.close())
  const database = client.db()
  const collections = async () => (await database.listCollections().toArray()).map(({ name }) => name).sort()

  t.test('a right engine is accepted, by several processes at once', async (t) => {
    await Promise.all(Array.from('123', () => assertEngine(database)))
    t.same(await collections(), [])
  })

  t.test('a wrong engine is refused', async (t) => {
    for (const { name, why, misread } of [...readFaults, ...writeFaults]) {
      await t.test(`${name}: ${why}`, async (t) => {
        spoil(t, misread)
        const message = `The database engine does not do right what the store needs: ${name}.`
        await t.rejects(assertEngine(database), { message })
        t.same(await collections(), [], 'nothing is left')
      })
    }
  })

  t.test('an engine that lacks an operator is refused, with its message', async (t) => {
    spoil(
      t,
      filter('names', (wanted) => ({ ...wanted, names: { $unknown: 1 } }))
    )
    await t.rejects(assertEngine(database), { message: /needs: \$elemMatch with a range \(.*\$unknown.*\)\.$/ })
  })

  t.test('a connection that breaks is not a fault of the engine', async (t) => {
    spoil(t, (command) => {
      if (command.findAndModify) throw new MongoNetworkError('gone')
      return command
    })
    await t.rejects(assertEngine(database), new MongoNetworkError('gone'))
  })

  t.test('an error that says nothing about the engine is not a fault of the engine', async (t) => {
    spoil(t, (command) => {
      if (command.findAndModify) throw new MongoServerError({ message: 'not primary', code: 10107 })
      return command
    })
    await t.rejects(assertEngine(database), { message: 'not primary' })
  })

  t.test('collections of killed starts are dropped after a day', async (t) => {
    const now = Date.now() / 1000
    const nameOf = (seconds: number) => `probe_${ObjectId.createFromTime(seconds)}`
    const kept = ['probe', 'probe_1', nameOf(now - 3600), `${nameOf(1)}x`].sort()
    for (const name of [...kept, nameOf(now - 100_000), nameOf(1)]) await database.createCollection(name)
    await assertEngine(database)
    t.same(await collections(), kept)
  })

  t.test('the server names the fault and does not start', async (t) => {
    const dir = t.testdir()
    const preload = join(dir, 'preload.mjs')
    writeFileSync(
      preload,
      `import { createRequire } from 'node:module'
      const require = createRequire(${JSON.stringify(resolve('package.json'))})
      const { Connection } = require('mongodb/lib/cmap/connection.js')
      const { command } = Connection.prototype
      Connection.prototype.command = function (namespace, asked, ...more) {
        const names = asked.filter?.names
        return command.call(this, namespace, names ? { ...asked, filter: { names: { $gte: 'm' } } } : asked, ...more)
      }`
    )
    const environment = {
      DB_URL: newDatabase(t),
      NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import ${preload}`
    }
    const { code, stderr } = await reportOf(spawnMessenger(t, { dir, environment }))
    t.ok(code > 0)
    t.match(
      stderr,
      /^db\.url: .*: The database engine does not do right what the store needs: \$elemMatch with a range\.\n$/
    )
  })
})
