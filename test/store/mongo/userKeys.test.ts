import { MongoClient } from 'mongodb'
import t, { type Test } from 'tap'
import { openMongoStore } from '../../../src/store/mongo/index.js'
import { useMongo, withoutMongo } from '../../mongod.js'
import { formerEmails, testFormerEmails } from '../formerEmails.js'
import { account } from '../suite/people.js'

const options = { timeoutMs: 5000, onNotice: () => {} }

/** Two processes open a database in which an older version has stored copies of a user, each with other fields. */
async function openAfter(t: Test, copies: object[]) {
  const url = (await useMongo(t))(t)
  const first = await openMongoStore(url, options)
  const ann = await first.createUser(account('ann'))
  await first.close()
  const client = new MongoClient(url)
  t.teardown(() => client.close())
  const users = client.db().collection('users')
  const { _id, nameKeys, ...user } = (await users.findOne()) as Record<string, unknown>
  await users.insertMany(copies.map((copy) => ({ ...user, ...copy })))
  const stores = await Promise.all([openMongoStore(url, options), openMongoStore(url, options)])
  for (const store of stores) t.teardown(() => store.close())
  return { ann, users, stores }
}

t.test('users whom an older version has stored get their keys at a start', { skip: withoutMongo }, async (t) => {
  const copies = Array.from({ length: 101 }, (_, number) => {
    const key = `n${number}`
    return { tag: `@${key}`, tagKey: key, email: `${key}@x`, emailKey: `${key}@x`, firstName: `N\u00famero${number}` }
  })
  // Without a letter in any name.
  Object.assign(copies[0] as object, { firstName: '-', lastName: '-' })

  const { ann, users, stores } = await openAfter(t, copies)
  t.equal(await users.countDocuments({ nameKeys: null }), 0)
  for (const store of stores) {
    t.match(await store.findUsersByName('numero100 te', ann._id, 30), [{ tag: '@n100' }])
  }
})

t.test('who has an address from before still logs in with it', { skip: withoutMongo }, async (t) => {
  const copies = formerEmails.map((email, number) => {
    return { tag: `@n${number}`, tagKey: `n${number}`, email, emailKey: email.toLowerCase() }
  })
  for (const store of (await openAfter(t, copies)).stores) await testFormerEmails(t, store)
})
