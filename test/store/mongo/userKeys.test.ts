import { Collection, MongoClient } from 'mongodb'
import t, { type Test } from 'tap'
import type { Collections } from '../../../src/store/mongo/collections.js'
import { openMongoStore } from '../../../src/store/mongo/index.js'
import { deriveKeys } from '../../../src/store/mongo/userKeys.js'
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
  const copies = Array.from({ length: 51 }, (_, number) => {
    const key = `n${number}`
    return { tag: `@${key}`, tagKey: key, email: `${key}@x`, emailKey: `${key}@x`, firstName: `N\u00famero${number}` }
  })
  // Without a letter in any name.
  Object.assign(copies[0] as object, { firstName: '-', lastName: '-' })

  const { ann, users, stores } = await openAfter(t, copies)
  t.equal(await users.countDocuments({ nameKeys: null }), 0)
  for (const store of stores) {
    t.match(await store.findUsersByName('numero50 te', ann._id, 30), [{ tag: '@n50' }])
  }
})

t.test('a start ends though another process renames each user just before', { skip: withoutMongo }, async (t) => {
  const copies = Array.from({ length: 51 }, (_, number) => {
    const key = `n${number}`
    return { tag: `@${key}`, tagKey: key, email: `${key}@x`, emailKey: `${key}@x` }
  })
  const { users } = await openAfter(t, copies)
  await users.updateMany({}, { $unset: { nameKeys: '' } })
  const writes = t.capture(users, 'bulkWrite', async () => ({}))
  await deriveKeys({ users } as unknown as Collections)
  t.same(
    writes().map(({ args: [operations] }) => operations.length),
    [50, 2]
  )
})

t.test('a user of an older version logs in with the address as it was written', { skip: withoutMongo }, async (t) => {
  const copies = formerEmails.map((email, number) => {
    return { tag: `@n${number}`, tagKey: `n${number}`, email, emailKey: email.toLowerCase() }
  })
  for (const store of (await openAfter(t, copies)).stores) await testFormerEmails(t, store)
})

t.test('a rename holds though its keys are not stored; the next start does so', { skip: withoutMongo }, async (t) => {
  const url = (await useMongo(t))(t)
  const store = await openMongoStore(url, options)
  const [ann, bob] = [await store.createUser(account('ann')), await store.createUser(account('bob'))]
  const broken = t.intercept(Collection.prototype, 'bulkWrite', {
    value: () => Promise.reject(new Error('not primary'))
  })
  t.match(await store.updateUser(ann._id, { firstName: 'Nova' }), { firstName: 'Nova' })
  broken.restore()
  t.same(await store.findUsersByName('nova', bob._id, 30), [])
  await store.close()

  const next = await openMongoStore(url, options)
  t.teardown(() => next.close())
  t.match(await next.findUsersByName('nova', bob._id, 30), [{ tag: ann.tag }])
})

t.test('a database that does not take the keys keeps the server from starting', { skip: withoutMongo }, async (t) => {
  const former = { tag: '@n', tagKey: 'n', email: 'n@b\u00fccher.example', emailKey: 'n@b\u00fccher.example' }
  t.intercept(Collection.prototype, 'updateOne', { value: () => Promise.reject(new Error('not primary')) })
  await t.rejects(openAfter(t, [former]), { message: 'not primary' })
})
