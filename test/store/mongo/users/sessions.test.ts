import { Collection, MongoClient, ObjectId } from 'mongodb'
import t, { type Test } from 'tap'
import type { SessionDocument } from '../../../../src/store/mongo/collections.js'
import { createSessions } from '../../../../src/store/mongo/users/sessions.js'
import { useMongo, withoutMongo } from '../../../helpers/mongod.js'

const dayMs = 86_400_000
const user = { _id: '1'.repeat(24), tag: '@ann' }

t.test('sessions that have expired, without a TTL index', { skip: withoutMongo }, async (t) => {
  const newDatabase = await useMongo(t)

  async function open(t: Test) {
    const client = await new MongoClient(newDatabase(t)).connect()
    t.teardown(() => client.close())
    const sessions = client.db().collection<SessionDocument>('sessions')
    const store = createSessions({ sessions })
    const add = async (afterMs: number) => {
      const session = { _id: new ObjectId().toHexString(), user, expiresAt: Date.now() + afterMs }
      await store.add(session)
      return session._id
    }
    const insertExpired = (count: number) =>
      sessions.insertMany(
        Array.from({ length: count }, (_, number) => ({
          _id: new ObjectId(),
          userId: new ObjectId(user._id),
          tag: user.tag,
          expiresAt: new Date(number)
        }))
      )
    const ids = async () => (await sessions.find().toArray()).map(({ _id }) => _id.toHexString()).sort()
    return { sessions, add, insertExpired, ids }
  }

  t.test('a log-in forgets those that expired more than a day ago, because clocks differ', async (t) => {
    const { add, ids } = await open(t)
    await add(-dayMs - 60_000)
    const kept = [await add(-dayMs + 60_000), await add(dayMs)].sort()
    t.same(await ids(), kept)
  })

  t.test('a log-in forgets a hundred sessions that have expired', async (t) => {
    const { add, insertExpired, ids } = await open(t)
    await insertExpired(150)
    await add(dayMs)
    t.equal((await ids()).length, 51)
    await add(dayMs)
    t.equal((await ids()).length, 2)
  })

  t.test('a log-in succeeds where they cannot be forgotten', async (t) => {
    const { sessions, add, insertExpired, ids } = await open(t)
    await insertExpired(1)
    let tried = 0
    t.intercept(Collection.prototype, 'deleteMany', {
      value: () => {
        tried++
        return Promise.reject(new Error('gone'))
      }
    })
    const _id = await add(dayMs)
    t.equal(tried, 1)
    t.ok((await ids()).includes(_id))
    t.equal(await sessions.countDocuments(), 2)
  })
})
