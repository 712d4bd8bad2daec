import { EventEmitter } from 'node:events'
import type { ClientSession } from 'mongodb'
import { ObjectId } from 'mongodb'
import t from 'tap'
import { collectionsOf, type MessageDocument } from '../../../src/store/mongo/collections.js'
import { connectToDatabase, sessionsOf, watchPrimary } from '../../../src/store/mongo/connect.js'
import { insertNew } from '../../../src/store/mongo/duplicates.js'
import { createIdentities } from '../../../src/store/mongo/messages/addresses.js'
import { createProfilePictures } from '../../../src/store/mongo/users/images.js'
import { createUsers } from '../../../src/store/mongo/users/users.js'
import { useMongo, withoutMongo } from '../../helpers/mongod.js'
import { openMongoWire } from '../../helpers/mongoWire.js'
import { account } from '../suite/people.js'

t.test('a connection to MongoDB', { skip: withoutMongo }, async (t) => {
  const newDatabase = await useMongo(t)
  const connect = async (url: string, notices: string[] = []) => {
    const connection = await connectToDatabase(url, (notice) => notices.push(notice))
    t.teardown(() => connection.client.close())
    return connection
  }

  t.test('the URL names the database', async (t) => {
    const url = new URL(newDatabase(t))
    for (const [path, name] of [
      ['', 'messenger'],
      ['/', 'messenger'],
      ['/?appName=x', 'messenger'],
      ['/caf%C3%A9', 'café'],
      ['/talk?appName=x', 'talk']
    ] as const) {
      const { database } = await connect(`mongodb://${url.host}${path}`)
      t.equal(database.databaseName, name, path)
    }
  })

  t.test('an acknowledged write is in the journal of the majority, whatever the URL says', async (t) => {
    const { client } = await connect(`${newDatabase(t)}?w=1&journal=false&readConcernLevel=local`)
    t.match(client.options, {
      writeConcern: { w: 'majority', journal: true, wtimeoutMS: 5000 },
      readConcern: { level: 'majority' },
      readPreference: { mode: 'primary' },
      retryWrites: true,
      serverSelectionTimeoutMS: 5000,
      socketTimeoutMS: 10_000,
      waitQueueTimeoutMS: 2000
    })
  })

  t.test('the driver does not repeat writes where the URL forbids it', async (t) => {
    const { client } = await connect(`${newDatabase(t)}?retryWrites=false`)
    t.equal(client.options.retryWrites, false)
  })

  t.test('a notice tells that a server is standalone', async (t) => {
    const notices: string[] = []
    const { database } = await connect(newDatabase(t), notices)
    const { setName } = await database.command({ isMaster: 1 })
    t.equal(notices.length, setName ? 0 : 1)
    for (const notice of notices) t.match(notice, /standalone/)
  })

  t.test('reads are in a session where the server has sessions', async (t) => {
    const { database, inSession, isReplicaSet } = await connect(newDatabase(t))
    const { setName, logicalSessionTimeoutMinutes } = await database.command({ isMaster: 1 })
    t.equal(isReplicaSet(), setName !== undefined)
    t.equal(await inSession(async ({ session }) => Boolean(session)), logicalSessionTimeoutMinutes !== undefined)

    const session = {} as ClientSession
    const client = {
      withSession: t.captureFn(async (_: object, read: (session: ClientSession) => unknown) => read(session))
    }
    const inOne = sessionsOf(client as never, () => true)
    t.same(await inOne(async (options) => options), { session })
    t.match(client.withSession.calls, [{ args: [{ causalConsistency: true }] }])
    t.same(await sessionsOf(client as never, () => false)(async (options) => options), {})
  })

  t.test('a broken connection counts as a loss of the primary', async (t) => {
    const wire = await openMongoWire(t, newDatabase(t))
    const { database, onNewPrimary } = await connect(wire.url)
    let changes = 0
    onNewPrimary(() => changes++)
    await database.collection('settings').findOne()
    t.equal(changes, 0)
    await wire.cut()
    await database.collection('settings').findOne()
    t.equal(changes, 2, 'lost and found')
  })

  t.test('a duplicate key does not hide another error of a write', async (t) => {
    const { client, database } = await connect(newDatabase(t))
    const collections = collectionsOf(database)
    const { messages } = collections
    const document = { _id: 'one' } as unknown as MessageDocument
    t.same(await insertNew(messages, [document]), [])
    t.same(await insertNew(messages, [document]), [0])
    const impossible = { _id: ['no array'] } as unknown as MessageDocument
    await t.rejects(insertNew(messages, [document, impossible]))

    await client.close()
    await t.rejects(insertNew(messages, [document]))
    const alone = { alone: <T>(write: () => Promise<T>) => write() }
    const users = createUsers(collections, {
      queue: alone,
      identities: createIdentities(collections),
      followUps: { user() {} },
      pictures: createProfilePictures(collections)
    })
    await t.rejects(users.create(account('ann')))
  })
})

/** A server as a driver describes it. */
const server = (address: string, type: string, more: object = {}) => ({
  address,
  type,
  isWritable: ['RSPrimary', 'Standalone'].includes(type),
  electionId: null,
  setName: type.startsWith('RS') ? 'rs' : null,
  logicalSessionTimeoutMinutes: type === 'Unknown' ? null : 30,
  ...more
})

t.test('the primary of a replica set', async (t) => {
  const events = new EventEmitter()
  const { onNewPrimary, isReplicaSet, isStandalone, hasSessions } = watchPrimary(events)
  t.same([isReplicaSet(), isStandalone(), hasSessions()], [false, false, false], 'nothing is known')
  let changes = 0
  onNewPrimary(() => changes++)
  const first = new ObjectId()
  const second = new ObjectId()
  const a = server('a:1', 'RSPrimary', { electionId: first })
  const b = server('b:1', 'RSSecondary')
  for (const { why, servers, changed } of [
    { why: 'found', servers: [a, b], changed: true },
    { why: 'the same one', servers: [b, { ...a, electionId: new ObjectId(first.toHexString()) }], changed: false },
    { why: 'elected again', servers: [{ ...a, electionId: second }, b], changed: true },
    { why: 'lost', servers: [server('a:1', 'Unknown'), b], changed: true },
    { why: 'no server answers', servers: [server('a:1', 'Unknown'), server('b:1', 'Unknown')], changed: false },
    { why: 'another one', servers: [server('a:1', 'Unknown'), server('b:1', 'RSPrimary')], changed: true }
  ]) {
    const before = changes
    events.emit('topologyDescriptionChanged', {
      newDescription: { servers: new Map(servers.map((s) => [s.address, s])) }
    })
    t.equal(changes - before, changed ? 1 : 0, why)
    t.same([isReplicaSet(), isStandalone(), hasSessions()], [true, false, true], why)
  }
})

t.test('a standalone server without sessions', async (t) => {
  const events = new EventEmitter()
  const { isReplicaSet, isStandalone, hasSessions } = watchPrimary(events)
  const servers = new Map([['a:1', server('a:1', 'Standalone', { logicalSessionTimeoutMinutes: null })]])
  events.emit('topologyDescriptionChanged', { newDescription: { servers } })
  t.same([isReplicaSet(), isStandalone(), hasSessions()], [false, true, false])
})
