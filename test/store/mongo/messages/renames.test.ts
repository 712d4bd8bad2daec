import { ObjectId } from 'bson'
import t from 'tap'
import { emptyDialog } from '../../../../src/store/mongo/messages/addresses.js'
import { pairOf } from '../../../../src/store/pair.js'
import type { StoredUser } from '../../../../src/store/records.js'
import { openProcesses, type Processes } from '../../../helpers/mongo/processes.js'
import { useMongo, withoutMongo } from '../../../helpers/mongod.js'
import { openMongoWire } from '../../../helpers/mongoWire.js'
import { account } from '../../suite/people.js'

const dialogs = 5000
const rename = (firstName: string) => ({ $set: { firstName, changed: null }, $inc: { revision: 1 } })

/** Begins dialogs of a user with many others. */
async function knowMany({ collections }: Processes, { _id, tag }: StoredUser) {
  const begun = Array.from({ length: dialogs }, (_, index) => {
    const { a, b } = pairOf(_id, new ObjectId().toHexString())
    return {
      ...emptyDialog({ a, b, user1Tag: tag, user2Tag: `@n${index}` }),
      lastSeq: 1,
      position: 1,
      lastVersions: [1]
    }
  })
  while (begun.length > 0) await collections.conversations.insertMany(begun.splice(0, 250))
}

t.test('a user with 5000 dialogs changes the name', { skip: withoutMongo }, async (t) => {
  const url = (await useMongo(t))(t)
  const wire = await openMongoWire(t, url)
  const processes = await openProcesses(t, url, wire.url)
  const { store, ann, bob, cid, say, join, collections } = processes
  const dan = await store.users.create(account('dan'))
  await say('hello')
  await store.messages.add({ sender: cid, receiverTag: ann.tag, text: 'hi' })
  await knowMany(processes, ann)

  t.test('it writes one document, however many dialogs there are', async (t) => {
    const asked = wire.record()
    await store.users.update(ann._id, { firstName: 'Nova' })
    await store.updates.newestCursor()
    const updates = asked.filter(({ name, collection }) => name === 'update' && collection !== 'settings')
    const written = updates.flatMap((update) => update.items().map(({ q }) => (q as { _id: ObjectId })._id))
    t.same(written.map(String), [ann._id, ann._id], 'the change and its version')
    t.notOk(asked.some(({ collection }) => collection === 'conversations'))
  })

  t.test('it delays no other call, and contacts learn it', async (t) => {
    const cursor = await store.updates.newestCursor()
    const people = [ann, bob, cid, dan]
    const [, started, ...during] = await Promise.all([
      store.users.update(ann._id, { firstName: 'Anna' }),
      join(),
      ...people.map(({ _id }) => store.updates.list(_id, cursor, 9))
    ])
    t.equal(during.length, people.length, 'everybody gets updates meanwhile')
    for (const by of [store, started]) {
      for (const { _id, tag } of [ann, bob, cid]) {
        const { users } = await by.updates.list(_id, cursor, 9)
        t.match(users, [{ tag: '@Ann', firstName: 'Anna' }], `${tag} learns it`)
      }
      t.match(await by.updates.list(dan._id, cursor, 9), { users: [] }, 'a stranger does not')
    }
  })

  t.test('a change without a version is told to the contacts only, and lets a server start', async (t) => {
    const cursor = await store.updates.newestCursor()
    await collections.users.updateOne({ _id: new ObjectId(ann._id) }, rename('Nova'))
    t.match(await store.updates.list(dan._id, cursor, 9), { users: [] })
    const [started, ...updates] = await Promise.all([
      join(),
      store.updates.list(bob._id, cursor, 9),
      store.updates.list(ann._id, cursor, 9)
    ])
    for (const { users } of updates) t.match(users, [{ firstName: 'Nova' }])
    t.match(await started.updates.list(bob._id, cursor, 9), { users: [{ firstName: 'Nova' }] })
    t.equal(await collections.users.countDocuments({ changed: null }), 0)
  })
})

t.test('a change of a contact is found among the changes of very many users', { skip: withoutMongo }, async (t) => {
  const { store, ann, bob, cid, say, collections } = await openProcesses(t, (await useMongo(t))(t))
  await say('hello')
  const cursor = await store.updates.newestCursor()
  const former = await collections.users.findOne({ tagKey: 'bob' })
  const strangers = Array.from({ length: 120 }, (_, index) => {
    return { ...former, _id: new ObjectId(), tagKey: `n${index}`, emailKey: `n${index}`, changed: null }
  })
  await collections.users.insertMany(strangers as never[])
  await collections.users.updateOne({ _id: new ObjectId(bob._id) }, rename('Robert'))

  const told = await store.updates.list(ann._id, cursor, 9)
  t.match(told, { users: [{ tag: '@Bob', firstName: 'Robert' }], hasMore: false }, 'none has a version')
  t.equal(told.users.length, 1)
  t.ok((await collections.users.countDocuments({ changed: null })) < 120, 'a few strangers get one with them')
  for (const { _id } of strangers) await store.users.update(String(_id), { firstName: 'Nobody' })
  t.match(await store.updates.list(ann._id, cursor, 9), { users: [{ tag: '@Bob' }] }, 'all have one')
  t.same((await store.updates.list(ann._id, told.cursor, 9)).users, [], 'once')
  t.same((await store.updates.list(cid._id, cursor, 9)).users, [])
})
