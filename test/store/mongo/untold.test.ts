import { MongoClient, ObjectId } from 'mongodb'
import t from 'tap'
import { openMongoStore } from '../../../src/store/mongo/index.js'
import { useMongo, withoutMongo } from '../../mongod.js'

const newUser = (name: string) => ({
  tag: `@${name}`,
  email: `${name}@test.example`,
  passwordHash: '',
  firstName: name,
  lastName: '',
  img: 'default.jpg'
})

t.test('a change that was stored and could not be told is told to who asks', { skip: withoutMongo }, async (t) => {
  const url = (await useMongo(t))(t)
  const store = await openMongoStore(url, { timeoutMs: 5000, onNotice: () => {} })
  t.teardown(() => store.close())
  const ann = await store.createUser(newUser('ann'))
  const bob = await store.createUser(newUser('bob'))
  await store.addMessage({ senderId: ann._id, receiverTag: bob.tag, text: 'hello' })
  const cursor = await store.newestCursor()

  const client = new MongoClient(url)
  t.teardown(() => client.close())
  const change = { $set: { firstName: 'Nova', untoldChange: new ObjectId() } }
  await client.db().collection('users').updateOne({ tag: ann.tag }, change)

  for (const { _id } of [bob, ann]) {
    const { users } = await store.listUpdates(_id, cursor, 9)
    t.match(users, [{ tag: ann.tag, firstName: 'Nova' }])
  }
})
