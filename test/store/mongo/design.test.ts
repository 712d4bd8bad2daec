import { join } from 'node:path'
import { type Db, MongoClient, ObjectId } from 'mongodb'
import t, { type Test } from 'tap'
import { adopt } from '../../../src/commands/adopt.js'
import { copy } from '../../../src/commands/copy.js'
import { collectionsOf } from '../../../src/store/mongo/collections.js'
import { keepDesign } from '../../../src/store/mongo/design.js'
import { openMongoStore } from '../../../src/store/mongo/index.js'
import { reportOf, spawnMessenger } from '../../messengerProcess.js'
import { useMongo, withoutMongo } from '../../mongod.js'
import { account } from '../suite/people.js'

const options = { timeoutMs: 5000, onNotice: () => {} }
const silent = () => {}

/** Documents by the collections that have them. */
type Documents = Record<string, object[]>

const [annId, bobId] = [new ObjectId(), new ObjectId()]
const userOf = (_id: ObjectId, name: string) => {
  const key = { tag: `@${name}`, tagKey: name, email: `${name}@x.example`, emailKey: `${name}@x.example` }
  return { _id, ...key, firstName: name, lastName: 'Test', password: '$argon2id$', img: 'default.jpg', lastSeen: 1 }
}
const formerUsers = [userOf(annId, 'ann'), userOf(bobId, 'bob')].map((user) => ({
  ...user,
  nameKeys: [],
  changed: 0,
  untoldChange: null
}))
const formerDialog = {
  ...{ a: annId, b: bobId, users: [annId, bobId], user1Tag: '@ann', user2Tag: '@bob', lastSeq: 1, position: 1 },
  ...{ last: {}, readSeqA: 0, readSeqB: 0, unreadA: 0, unreadB: 1, journal: [], isPending: false, applied: 1 }
}
const formerMessage = { senderTag: '@ann', receiverTag: '@bob', text: 'hello', date: new Date(), seq: 1, version: 1 }
const legacyUser = { tag: '@cid', firstName: 'Cid', lastName: 'Test', email: 'cid@x.example', password: '$argon2i$' }
const copyMark = { from: 'file:/old.db', version: 0, kind: 'images', after: '', done: 0 }

const older =
  /^An older version wrote this database: copy it to SQLite with that version \(`messenger-server copy mongodb:\/\/… file:…`\), and copy the file to an empty MongoDB database with this version\.$/
const newer = /^A newer version wrote this database: update the program\.$/

interface Refused {
  why: string
  documents: Documents
  says: RegExp
}

const refused: Refused[] = [
  {
    why: 'a database on which the former program has been started',
    documents: { settings: [{ _id: 'version', value: 0 }] },
    says: older
  },
  {
    why: 'users and messages of the former program',
    documents: {
      settings: [{ _id: 'version', value: 1 }],
      users: formerUsers,
      conversations: [formerDialog],
      messages: [{ ...formerMessage, users: [annId, bobId] }]
    },
    says: older
  },
  { why: 'users of the former program alone', documents: { users: formerUsers }, says: older },
  { why: 'dialogs of the former program alone', documents: { conversations: [formerDialog] }, says: older },
  {
    why: 'a database of the former program, to which the legacy server has written',
    documents: { settings: [{ _id: 'version', value: 1 }], users: [legacyUser, ...formerUsers] },
    says: older
  },
  {
    why: 'an adoption that the former program has begun',
    documents: { settings: [{ _id: 'adoption', value: 'begun' }], users: [legacyUser, ...formerUsers] },
    says: /^An older version began to adopt this database: restore the legacy database from its dump, and adopt that with this version\.$/
  },
  {
    why: 'a copy that the former program has begun',
    documents: { settings: [{ _id: 'unfinishedCopy', value: copyMark }], users: formerUsers },
    says: /^An older version began to copy into this database: drop it, and copy again with this version\.$/
  },
  { why: 'a later design', documents: { settings: [{ _id: 'design', value: 3 }] }, says: newer },
  {
    why: 'an adoption that a later program has begun',
    documents: { settings: [{ _id: 'adoption', value: 3 }], users: [legacyUser] },
    says: newer
  }
]

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
    for (const [name, list] of Object.entries(documents)) await database.collection(name).insertMany(structuredCloneOf(list))
    return { url, database }
  }

  for (const { why, documents, says } of refused) {
    t.test(`refused, and nothing has changed: ${why}`, async (t) => {
      const { url, database } = await fill(t, documents)
      const before = await contentsOf(database)
      const says1 = { message: says }
      const named = { message: new RegExp(`^mongodb:\\S+: ${says.source.slice(1)}`) }
      const file = `file:${join(t.testdir(), 'copy.db')}`

      await t.rejects(openMongoStore(url, options), says1, 'a start')
      await t.rejects(copy([url, file], silent), named, 'a copy of it')
      // Without a user there is nothing to adopt.
      if (documents.users) await t.rejects(adopt([url], silent), says1, 'an adoption')
      t.same(await contentsOf(database), before)
    })
  }

  t.test('a server says it when it starts', async (t) => {
    const { url } = await fill(t, { settings: [{ _id: 'version', value: 0 }] })
    const child = spawnMessenger(t, { dir: t.testdir(), environment: { DB_URL: url } })
    t.match(await reportOf(child), {
      code: 1,
      stdout: '',
      stderr: /^db\.url: mongodb:\S+: An older version wrote this database: copy it to SQLite [^\n]+\n$/
    })
  })

  t.test('a copy that the former program has begun is not finished', async (t) => {
    const { url } = await fill(t, { settings: [{ _id: 'unfinishedCopy', value: copyMark }], users: formerUsers })
    const from = await sqliteStore(t)
    await t.rejects(copy([from, url], silent), { message: /^mongodb:\S+: An older version began to copy/ })
  })

  t.test('processes that open an empty database at the same time agree', async (t) => {
    const url = newDatabase(t)
    const stores = await Promise.all(Array.from({ length: 4 }, () => openMongoStore(url, options)))
    for (const store of stores) t.teardown(() => store.close())
    const database = await connect(t, url)
    t.same(await designOf(database), { _id: 'design', value: 2 })
    await stores[0]?.createUser(account('ann'))
    const late = await openMongoStore(url, options)
    t.teardown(() => late.close())
    t.match(await late.findIdentityByTag('@ann'), { tag: '@ann' })
  })

  t.test('a newer program that was faster keeps an empty database', async (t) => {
    const { database } = await fill(t, { settings: [{ _id: 'design', value: 3 }] })
    await t.rejects(keepDesign(collectionsOf(database)), { message: newer })
    t.same(await designOf(database), { _id: 'design', value: 3 })
  })

  t.test('a database that was restored without its settings is opened', async (t) => {
    const { url, database } = await fill(t, {})
    const store = await openMongoStore(url, options)
    await store.createUser(account('ann'))
    await store.close()
    await database.collection('settings').drop()
    const restored = await openMongoStore(url, options)
    t.teardown(() => restored.close())
    t.match(await restored.findIdentityByTag('@ann'), { tag: '@ann' })
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

const structuredCloneOf = (documents: object[]) => documents.map((document) => ({ ...document }))
const designOf = (database: Db) => database.collection<{ _id: string }>('settings').findOne({ _id: 'design' })

async function contentsOf(database: Db) {
  const names = (await database.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name).sort()
  const contents: Documents = {}
  for (const name of names) contents[name] = await database.collection(name).find().sort({ _id: 1 }).toArray()
  return contents
}

/** A store with one user in a file of the test's own. */
async function sqliteStore(t: Test): Promise<string> {
  const { openStore } = await import('../../../src/store/open.js')
  const url = `file:${join(t.testdir({ from: {} }), 'from', 'a.db')}`
  const store = await openStore(url, { ...options, busyTimeoutMs: 5000, maxLogPages: 10_000 })
  await store.createUser(account('ann'))
  await store.close()
  return url
}
