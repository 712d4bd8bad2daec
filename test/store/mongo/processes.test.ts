import { ObjectId } from 'bson'
import { Collection, type UpdateResult } from 'mongodb'
import t from 'tap'
import { AppError } from '../../../src/errors.js'
import type { Store } from '../../../src/store/store.js'
import { openProcesses } from '../../helpers/mongo/processes.js'
import { useMongo, withoutMongo } from '../../helpers/mongod.js'
import { createRandom } from '../../helpers/random.js'

t.test('several processes on one database', { skip: withoutMongo }, async (t) => {
  const newDatabase = await useMongo(t)

  t.test('they number the messages of a dialog together, and count unread ones', async (t) => {
    const { store, ann, bob, join, say, history } = await openProcesses(t, newDatabase(t))
    const stores = [store, await join(), await join()]
    const sent = await Promise.all(
      Array.from({ length: 30 }, (_, index) => say(`${index}`, undefined, stores[index % 3]))
    )
    t.same(
      sent.map(({ message }) => message.seq).sort((one, other) => one - other),
      sent.map((_, index) => index + 1)
    )
    const expected = sent.map(({ message }) => `${message.seq} ${message.text}`)
    t.same((await history()).sort(), expected.sort(), 'as each was told')
    for (const each of stores)
      t.match(await each.dialogs.list(bob._id, 0, 9), [{ unreadIncoming: 30, peer: { tag: '@Ann' } }])
    const marks = await Promise.all(stores.map((each) => each.dialogs.markAsRead(bob._id, ann._id, 10)))
    t.ok(marks.some(({ hasMoved }) => hasMoved))
    t.match(await store.dialogs.list(bob._id, 0, 9), [{ unreadIncoming: 20, readSeq: 10 }])
  })

  t.test('a picture that a user shows is never removed, whatever they do at the same time', async (t) => {
    const { store, ann, join } = await openProcesses(t, newDatabase(t))
    const stores = [store, await join(), await join()]
    const random = createRandom(t)
    const names = Array.from({ length: 6 }, (_, index) => `${index}.webp`)
    const add = (name: string, by: Store) =>
      by.images.add({ name, ownerId: ann._id, bytes: Buffer.from(name) }, 4).catch(() => {})
    const show = (img: string, by: Store) => by.users.update(ann._id, { img }).catch((error) => t.type(error, AppError))

    for (let round = 0; round < 100; round++) {
      await Promise.all(
        stores.map((by) => (random.isChance(0.5) ? add(random.pick(names), by) : show(random.pick(names), by)))
      )
      const { img } = (await store.users.findById(ann._id)) as { img: string }
      if (img !== 'default.jpg') t.ok(await store.images.find(img), img)
    }
  })

  t.test('a clientMessageId is the same for all of them', async (t) => {
    const { store, join, say, history } = await openProcesses(t, newDatabase(t))
    const stores = [store, await join(), await join()]
    for (let round = 0; round < 10; round++) {
      const sent = await Promise.all(stores.map((each) => say(`text ${round}`, `id ${round}`, each)))
      const ids = new Set(sent.map(({ message }) => `${message._id} ${message.seq} ${message.date}`))
      t.equal(ids.size, 1, 'they all say the same')
      t.equal(sent.filter(({ isDuplicate }) => !isDuplicate).length, 1, 'and one has stored it')
    }
    t.equal((await history()).length, 10)
  })

  t.test('a reader completes changes that a process has left without a version', async (t) => {
    const processes = await openProcesses(t, newDatabase(t))
    const { store, ann, bob, collections, say, leave } = processes
    await say('first')
    const cursor = await store.updates.newestCursor()
    const reads = {
      history: async () => (await store.messages.list(bob._id, ann._id, 0, 1))[0]?.text,
      numbers: async () => (await store.messages.listBySeq(bob._id, ann._id, 1, 99)).at(-1)?.text,
      dialogs: async () => (await store.dialogs.list(bob._id, 0, 1))[0]?.lastMessage.text,
      updates: async () => (await store.updates.list(bob._id, cursor, 99)).messages.at(-1)?.text
    }
    for (const [name, read] of Object.entries(reads)) {
      await leave(name)
      t.equal(await read(), name, name)
    }
    t.equal(await collections.messages.countDocuments({ version: null }), 0)
    await leave('last')
    t.match(await store.dialogs.markAsRead(bob._id, ann._id), { hasMoved: true, unreadCount: 0, upToSeq: 6 })
    t.match(await store.dialogs.list(bob._id, 0, 1), [
      { lastMessage: { text: 'last', isRead: true }, unreadIncoming: 0 }
    ])
  })

  t.test('the next reader tells a change of a profile that got no version', async (t) => {
    const { store, ann, bob, collections, join, say } = await openProcesses(t, newDatabase(t))
    await say('we know each other')
    const cursor = await store.updates.newestCursor()
    const change = { $set: { firstName: 'Robert', changed: null }, $inc: { revision: 1 } }
    await collections.users.updateOne({ _id: new ObjectId(bob._id) }, change)
    await join()
    for (const user of [ann, bob]) {
      t.match(await store.updates.list(user._id, cursor, 9), { users: [{ tag: '@Bob', firstName: 'Robert' }] })
    }

    const next = { $set: { firstName: 'Bo', changed: null }, $inc: { revision: 1 } }
    await collections.users.updateOne({ _id: new ObjectId(bob._id) }, next)
    const again = await store.updates.newestCursor()
    await Promise.all(Array.from({ length: 10 }, () => store.updates.list(ann._id, again, 9)))
    const { cursor: told, ...updates } = await store.updates.list(ann._id, again, 9)
    t.match(updates, { users: [{ firstName: 'Bo' }], hasMore: false })
    t.match(await store.updates.list(ann._id, told, 9), { users: [], cursor: told }, 'once')
  })

  t.test('a read mark in a dialog without messages moves nothing', async (t) => {
    const { store, ann, bob, findDialog } = await openProcesses(t, newDatabase(t))
    await findDialog()
    t.same(await store.dialogs.markAsRead(bob._id, ann._id), { hasMoved: false, unreadCount: 0, upToSeq: 0 })
  })

  t.test('a read mark that has nothing to move writes nothing', async (t) => {
    const { store, ann, bob, collections, say } = await openProcesses(t, newDatabase(t))
    await say('one')
    await say('two')
    await store.dialogs.markAsRead(bob._id, ann._id, 1)
    const moved = await store.dialogs.list(bob._id, 0, 1)
    // A mark raises `markRevision`. Its version `marked` may come later.
    const read = () => collections.conversations.findOne({}, { projection: { marked: 0 } })
    const written = await read()
    t.same(await store.dialogs.markAsRead(bob._id, ann._id, 1), { hasMoved: false, unreadCount: 1, upToSeq: 1 })
    t.same(await store.dialogs.markAsRead(ann._id, bob._id), { hasMoved: false, unreadCount: 0, upToSeq: 0 })
    t.same(await read(), written)
    t.same(await store.dialogs.list(bob._id, 0, 1), moved)
  })

  t.test('a change of a user fails when other changes are always faster', async (t) => {
    const { store, ann } = await openProcesses(t, newDatabase(t))
    const writes = t.capture(Collection.prototype, 'updateOne', async () => ({ matchedCount: 0 }) as UpdateResult)
    const refusal = { message: 'Other processes do not let this one change a user.' }
    await t.rejects(store.users.update(ann._id, { firstName: 'Nova' }), refusal)
    t.equal(writes().length, 20)
  })
})
