import { MongoClient } from 'mongodb'
import t from 'tap'
import { openMongoStore } from '../../../src/store/mongo/index.js'
import { useMongo, withoutMongo } from '../../mongod.js'
import { account } from '../suite/people.js'

const options = { timeoutMs: 5000, onNotice: () => {} }

t.test('users whom an older version has stored get their keys at a start', { skip: withoutMongo }, async (t) => {
  const url = (await useMongo(t))(t)
  const first = await openMongoStore(url, options)
  const ann = await first.createUser(account('ann'))
  await Promise.all(Array.from({ length: 501 }, (_, number) => first.createUser(account(`n${number}`))))
  await first.close()
  const client = new MongoClient(url)
  t.teardown(() => client.close())
  const users = client.db().collection('users')
  await users.updateMany({}, { $unset: { nameKeys: '' } })
  // Without a letter in any name.
  await users.updateOne({ tag: '@n0' }, { $set: { firstName: '-', lastName: '-' } })

  const stores = await Promise.all([openMongoStore(url, options), openMongoStore(url, options)])
  t.equal(await users.countDocuments({ nameKeys: null }), 0)
  for (const store of stores) {
    t.match(await store.findUsersByName('n500 te', ann._id, 30), [{ tag: '@n500' }])
    await store.close()
  }
})
