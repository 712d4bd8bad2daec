import type { Test } from 'tap'
import { AppError } from '../../../src/errors.js'
import type { StoredUser } from '../../../src/store/records.js'
import type { Store } from '../../../src/store/store.js'
import type { WithPeople } from './people.js'

const nothing = { messages: [], dialogs: [], users: [], hasMore: false }

/** Returns all updates after a cursor, in pages. */
async function readAll(store: Store, user: StoredUser, cursor: string, limit: number) {
  const texts: string[] = []
  const peers = new Set<string>()
  const names: string[] = []
  let pages = 0
  for (let at = cursor, hasMore = true; hasMore; pages++) {
    const page = await store.updates.list(user._id, at, limit)
    texts.push(...page.messages.map(({ text }) => text))
    for (const { peer } of page.dialogs) peers.add(peer.tag)
    names.push(...page.users.map(({ firstName }) => firstName))
    at = page.cursor
    hasMore = page.hasMore
  }
  return { texts, peers: [...peers].sort(), names, pages }
}

export function testUpdates(t: Test, withPeople: WithPeople): void {
  t.test('updates are the changes for a user since the cursor', async (t) => {
    const { open, store, ann, bob, cid } = await withPeople(t)
    const say = (from: StoredUser, to: StoredUser, text: string) =>
      store.messages.add({ sender: from, receiverTag: to.tag, text })

    const start = await store.updates.newestCursor()
    t.same(await store.updates.list(ann._id, start, 9), { ...nothing, cursor: start })
    const { message: hello } = await say(ann, bob, 'hello')
    await say(bob, cid, 'not for ann')
    const { message: hi } = await say(cid, ann, 'hi')
    const first = await store.updates.list(ann._id, start, 9)
    t.same(first.messages, [hello, hi], 'messages from and to me, in the order in which they were stored')
    t.same(first.dialogs, (await store.dialogs.list(ann._id, 0, 9)).reverse(), 'and their dialogs')
    t.same([first.users, first.hasMore], [[], false])

    t.same(await store.updates.list(ann._id, first.cursor, 9), { ...nothing, cursor: first.cursor })
    await store.dialogs.markAsRead(bob._id, ann._id)
    for (const [who, peer] of [
      [ann, bob],
      [bob, ann]
    ] as const) {
      const moved = await store.updates.list(who._id, first.cursor, 9)
      t.match(moved, { messages: [], dialogs: [{ peer: { tag: peer.tag } }], users: [] }, `a mark moved for ${who.tag}`)
    }
    const read = await store.updates.newestCursor()

    await store.users.update(bob._id, { firstName: 'Robert' })
    const { cursor: renamed, ...change } = await store.updates.list(ann._id, read, 9)
    t.match(
      change,
      { ...nothing, users: [{ _id: bob._id, tag: '@Bob', firstName: 'Robert' }] },
      'a peer has a new name'
    )
    for (const user of [bob, cid]) {
      t.same(await store.updates.list(user._id, read, 9), { ...change, cursor: renamed }, `${user.tag} is told, too`)
    }
    await store.users.setLastSeen(bob._id, Date.now())
    t.same((await store.updates.list(ann._id, renamed, 9)).users, [], 'when he was seen is no change of his data')
    await store.close()

    const reopened = await open()
    t.same((await reopened.updates.list(ann._id, start, 9)).messages, [{ ...hello, isRead: true }, hi])
    await reopened.messages.add({ sender: ann, receiverTag: bob.tag, text: 'later' })
    t.match(await reopened.updates.list(bob._id, renamed, 9), { messages: [{ text: 'later', seq: 2 }] })
    await reopened.close()
  })

  t.test('updates come in pages, without a gap', async (t) => {
    const { store, ann, bob, cid } = await withPeople(t)
    const start = await store.updates.newestCursor()
    const say = (from: StoredUser, to: StoredUser, text: string) =>
      store.messages.add({ sender: from, receiverTag: to.tag, text })
    for (let number = 0; number < 40; number += 4) {
      await say(ann, bob, `${number}`)
      await say(cid, ann, `${number + 1}`)
      await say(bob, ann, `${number + 2}`)
      await say(bob, ann, `${number + 3}`)
      await say(bob, cid, 'not for ann')
    }
    await store.dialogs.markAsRead(ann._id, bob._id, 5)
    await store.users.update(cid._id, { firstName: 'Cidney' })
    await say(cid, ann, '40')
    await store.dialogs.markAsRead(ann._id, cid._id)

    const changes = 44
    const texts = Array.from({ length: 41 }, (_, number) => `${number}`)
    for (const limit of [1, 2, 7, 43, 44, 500]) {
      const pages = Math.ceil(changes / limit)
      const all = { texts, peers: ['@Bob', '@Cid'], names: ['Cidney'], pages }
      t.same(await readAll(store, ann, start, limit), all, `${limit} at a time`)
    }
    await store.close()
  })

  t.test('a cursor of another database is refused', async (t) => {
    const { store, ann } = await withPeople(t)
    const refusal = new AppError('invalidParams', 'is no cursor of this server: load everything anew')
    const cursor = await store.updates.newestCursor()
    const elsewhere = await withPeople(t)
    const foreign = await elsewhere.store.updates.newestCursor()
    await elsewhere.store.close()
    for (const refused of ['', 'x', '0', '-1', foreign, `${cursor}9`, `${cursor}.1`, cursor.toUpperCase()]) {
      if (refused !== cursor) await t.rejects(store.updates.list(ann._id, refused, 9), refusal, refused)
    }
    await store.close()
  })
}
