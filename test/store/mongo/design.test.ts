import { join } from 'node:path'
import { type Db, MongoClient } from 'mongodb'
import t, { type Test } from 'tap'
import { adopt } from '../../../src/commands/adopt/index.js'
import { copy } from '../../../src/commands/copy/index.js'
import { collectionsOf } from '../../../src/store/mongo/collections.js'
import { assertDesign, keepDesign } from '../../../src/store/mongo/design.js'
import { openMongoStore } from '../../../src/store/mongo/index.js'
import { openSqliteStore } from '../../../src/store/sqlite/index.js'
import { reportOf, spawnMessenger } from '../../helpers/messengerProcess.js'
import { type Documents, formerCopy, newer, refused } from '../../helpers/mongo/foreignDesigns.js'
import { useMongo, withoutMongo } from '../../helpers/mongod.js'
import { account } from '../suite/people.js'

const options = { timeoutMs: 5000, onNotice: () => {} }
const silent = () => {}

t.test('the design of a MongoDB database', { skip: withoutMongo }, async (t) => {
  const newDatabase = await useMongo(t)

  async function connect(t: Test, url: string): Promise<Db> {
    const client = new MongoClient(url)
    t.teardown(() => client.close())
    return client.db(new URL(url).pathname.slice(1))
  }

  async function fill(t: Test, documents: Documents) {
    const url = newDatabase(t)
    const database = await connect(t, url)
    for (const [name, list] of Object.entries(documents)) {
      // Copies, since the driver gives documents ids.
      await database.collection(name).insertMany(list.map((document) => ({ ...document })))
    }
    return { url, database }
  }

  for (const { why, documents, says } of refused) {
    t.test(`refused, and nothing has changed: ${why}`, async (t) => {
      const { url, database } = await fill(t, documents)
      const before = await contentsOf(database)
      const plain = { message: says }
      const named = { message: new RegExp(`^mongodb:\\S+: ${says.source.slice(1)}`) }
      const file = `file:${join(t.testdir(), 'copy.db')}`

      await t.rejects(openMongoStore(url, options), plain, 'a start')
      await t.rejects(copy([url, file], silent), named, 'a copy of it')
      // Without a user there is nothing to adopt.
      if (documents.users) await t.rejects(adopt([url], silent), plain, 'an adoption')
      t.same(await contentsOf(database), before)
    })
  }

  t.test('a legacy database has to be adopted first', async (t) => {
    const { url, database } = await fill(t, { users: [{ tag: '@cid' }] })
    const before = await contentsOf(database)
    const says = 'This is a legacy database: run `messenger-server adopt URL` first.'
    await t.rejects(openMongoStore(url, options), { message: says })
    const file = `file:${join(t.testdir(), 'copy.db')}`
    await t.rejects(copy([url, file], silent), { message: new RegExp(`^mongodb:\\S+: ${says}$`) })
    t.same(await contentsOf(database), before)
  })

  t.test('a server says so when it starts', async (t) => {
    const { url } = await fill(t, { settings: [{ _id: 'version', value: 0 }] })
    const child = spawnMessenger(t, { dir: t.testdir(), environment: { DB_URL: url } })
    t.match(await reportOf(child), {
      code: 1,
      stdout: '',
      stderr: /^db\.url: mongodb:\S+: An older version wrote this database: copy it to SQLite [^\n]+\n$/
    })
  })

  t.test('a copy that the former program has begun is not finished', async (t) => {
    const { url } = await fill(t, formerCopy)
    const from = await sqliteStore(t)
    await t.rejects(copy([from, url], silent), { message: /^mongodb:\S+: An older version began to copy/ })
  })

  t.test('processes that open an empty database at the same time agree', async (t) => {
    const url = newDatabase(t)
    const stores = await Promise.all(Array.from({ length: 4 }, () => openMongoStore(url, options)))
    for (const store of stores) t.teardown(() => store.close())
    const database = await connect(t, url)
    t.same(await designOf(database), { _id: 'design', value: 2 })
    await stores[0]?.users.create(account('ann'))
    const late = await openMongoStore(url, options)
    t.teardown(() => late.close())
    t.match(await late.users.findByTag('@ann'), { tag: '@ann' })
  })

  t.test('a process does not refuse a database while another one opens it for the first time', async (t) => {
    const url = newDatabase(t)
    const { settings, ...collections } = collectionsOf(await connect(t, url))
    const find = (filter: object) => ({
      async toArray() {
        await (await openMongoStore(url, options)).close()
        return settings.find(filter).toArray()
      }
    })
    const slow = { find, findOne: settings.findOne.bind(settings) }
    await t.resolves(assertDesign({ ...collections, settings: slow as unknown as typeof settings }))
  })

  t.test('an empty database belongs to a newer program that was faster', async (t) => {
    const { database } = await fill(t, { settings: [{ _id: 'design', value: 3 }] })
    await t.rejects(keepDesign(collectionsOf(database)), { message: newer })
    t.same(await designOf(database), { _id: 'design', value: 3 })
  })

  t.test('a database that was restored without its settings is opened', async (t) => {
    const { url, database } = await fill(t, {})
    const store = await openMongoStore(url, options)
    await store.users.create(account('ann'))
    await store.close()
    await database.collection('settings').drop()
    const restored = await openMongoStore(url, options)
    t.teardown(() => restored.close())
    t.match(await restored.users.findByTag('@ann'), { tag: '@ann' })
    t.same(await designOf(database), { _id: 'design', value: 2 })
  })

  t.test('a copy has the design from its beginning', async (t) => {
    const { url, database } = await fill(t, {})
    const from = await sqliteStore(t)
    const stop = () => {
      throw new Error('interrupted')
    }
    await t.rejects(copy([from, url], stop), { message: 'interrupted' })
    t.same(await designOf(database), { _id: 'design', value: 2 })
    await t.rejects(openMongoStore(url, options), { message: /unfinished copy/ })
    await copy([from, url], silent)
    const store = await openMongoStore(url, options)
    await store.close()
  })

  t.test('an empty database is not a store, and stays empty when it is to be copied', async (t) => {
    const { url, database } = await fill(t, {})
    const file = `file:${join(t.testdir(), 'copy.db')}`
    await t.rejects(copy([url, file], silent), { message: /it is not a store of this program$/ })
    t.same(await contentsOf(database), {})
  })
})

const designOf = (database: Db) => database.collection<{ _id: string }>('settings').findOne({ _id: 'design' })

async function contentsOf(database: Db) {
  const names = (await database.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name).sort()
  const contents: Documents = {}
  for (const name of names) contents[name] = await database.collection(name).find().sort({ _id: 1 }).toArray()
  return contents
}

/** A store with one user in a file of the test's own. */
async function sqliteStore(t: Test): Promise<string> {
  const url = `file:${join(t.testdir({ from: {} }), 'from', 'a.db')}`
  const store = openSqliteStore(url.replace('file:', ''), { busyTimeoutMs: 5000, maxLogPages: 10_000 })
  await store.users.create(account('ann'))
  await store.close()
  return url
}
