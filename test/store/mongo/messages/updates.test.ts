import { Collection } from 'mongodb'
import t from 'tap'
import { openCursors } from '../../../../src/store/mongo/messages/cursors.js'
import { createDialogs } from '../../../../src/store/mongo/messages/dialogs.js'
import { createFollowUps } from '../../../../src/store/mongo/messages/followUps.js'
import { createUpdates } from '../../../../src/store/mongo/messages/updates.js'
import { openVersions } from '../../../../src/store/mongo/versions.js'
import type { StoredUser } from '../../../../src/store/records.js'
import type { Store } from '../../../../src/store/store.js'
import { openProcesses } from '../../../helpers/mongo/processes.js'
import { useMongo, withoutMongo } from '../../../helpers/mongod.js'

/** All messages after a cursor, in pages. */
async function readPages(store: Store, { _id }: StoredUser, start: string, limit: number): Promise<string[]> {
  const texts: string[] = []
  for (let since = start, hasMore = true; hasMore; ) {
    const page = await store.updates.list(_id, since, limit)
    texts.push(...page.messages.map(({ text }) => text))
    since = page.cursor
    hasMore = page.hasMore
  }
  return texts
}

t.test('updates', { skip: withoutMongo }, async (t) => {
  const newDatabase = await useMongo(t)

  t.test('end while new messages always arrive, and tell each message once', async (t) => {
    const { store, bob, say, leave } = await openProcesses(t, newDatabase(t))
    const start = await store.updates.newestCursor()
    await say('0')
    const { findOne } = Collection.prototype
    let left = 0
    const intercepted = t.intercept(Collection.prototype, 'findOne', {
      value: async function (this: Collection, ...args: Parameters<typeof findOne>) {
        const found = await findOne.apply(this, args)
        if (this.collectionName === 'settings') await leave(`${++left}`)
        return found
      } as typeof findOne
    })
    const texts: string[] = []
    let since = start
    for (let page = 0; page < 5; page++) {
      const { messages, cursor } = await store.updates.list(bob._id, since, 99)
      texts.push(...messages.map(({ text }) => text))
      since = cursor
    }
    intercepted.restore()
    texts.push(...(await store.updates.list(bob._id, since, 99)).messages.map(({ text }) => text))
    t.ok(left >= 5)
    t.same(
      texts,
      Array.from({ length: left + 1 }, (_, number) => `${number}`)
    )
  })

  t.test('tell messages in order, whichever process gives which of them a version', async (t) => {
    const { store, bob, say, leave, join } = await openProcesses(t, newDatabase(t))
    const others = [await join(), await join()]
    const start = await store.updates.newestCursor()
    const expected: string[] = []
    for (let round = 0; round < 5; round++) {
      // The first process knows the dialog, the others find what is left.
      await say(`known ${round}`)
      await leave(`left ${round}`)
      await leave(`more ${round}`)
      await say(`last ${round}`, undefined, others[round % 2])
      expected.push(...['known', 'left', 'more', 'last'].map((word) => `${word} ${round}`))
      await Promise.all([store, ...others].map((by) => by.dialogs.list(bob._id, 0, 9)))
    }
    for (const limit of [1, 3, 99]) t.same(await readPages(store, bob, start, limit), expected, `${limit} at a time`)
  })

  t.test('tell in order the messages for which a killed process had named versions', async (t) => {
    const { store, bob, say, leave, collections } = await openProcesses(t, newDatabase(t))
    const start = await store.updates.newestCursor()
    await say('one')
    await store.updates.newestCursor()
    await leave('two')
    const { _id: lastId } = await leave('three')
    const counter = await collections.settings.findOneAndUpdate({ _id: 'version' }, { $inc: { value: 2 as never } })
    const version = counter?.value as number
    const named = { lastSeq: 3, lastId, lastVersions: [version + 1, version + 2], position: version + 2 }
    await collections.conversations.updateOne({}, { $set: named })
    // Its process believes that the first message is the newest one that has a version.
    await say('four')
    await say('five')
    await store.updates.newestCursor()
    t.same(await readPages(store, bob, start, 99), ['one', 'two', 'three', 'four', 'five'])
  })
})

t.test('a read mark in a group', { skip: withoutMongo }, async (t) => {
  const { store, ann, bob, say, leave } = await openProcesses(t, (await useMongo(t))(t))
  await say('before')
  await leave('left', 'left')
  const [again, marked, next, later] = await Promise.all([
    say('left', 'left'),
    store.dialogs.markAsRead(bob._id, ann._id),
    say('next'),
    store.dialogs.markAsRead(bob._id, ann._id, 1)
  ])
  t.match(again, { isDuplicate: true, message: { seq: 2 } })
  t.same(marked, { hasMoved: true, unreadCount: 0, upToSeq: 2 }, 'covers a message that was stored before')
  t.match(next, { isDuplicate: false, message: { seq: 3, isRead: false } })
  t.match(later, { hasMoved: false, upToSeq: 2 })
  t.match(
    await store.dialogs.list(bob._id, 0, 9),
    [{ readSeq: 2, unreadIncoming: 1 }],
    'and no message that comes after it'
  )

  t.test('are not given where the database does not show what it has stored', async (t) => {
    const { ann, say, findDialog, collections } = await openProcesses(t, (await useMongo(t))(t))
    await say('stored')
    await findDialog()
    const message = await collections.messages.findOne()
    const versions = await openVersions(collections)
    const never = { messages: [message as never], marks: [], users: [] }
    const unversioned = { find: async () => never, findMessages: async () => [], complete: async () => {} }
    const updates = createUpdates(collections, {
      versions,
      cursors: await openCursors(collections),
      dialogs: createDialogs(collections, unversioned),
      unversioned,
      followUps: { ...createFollowUps(unversioned, t.fail), finish: async () => {} },
      inSession: (read) => read({})
    })
    const cursor = (await updates.newestCursor()).replace(/\..*/, '.0')
    await t.rejects(updates.list(ann._id, cursor, 9), {
      message: 'The database does not show what it has stored.'
    })
  })
})
