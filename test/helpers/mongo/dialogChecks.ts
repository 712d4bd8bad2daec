import type { Test } from 'tap'
import type { Store } from '../../../src/store/store.js'
import type { Processes } from './processes.js'

/** Sends five messages, which both users read. */
export async function talk({ store, ann, bob, say }: Processes) {
  for (const text of ['1', '2', '3']) await say(text)
  await store.messages.add({ sender: bob, receiverTag: ann.tag, text: '4' })
  await say('5')
  await store.dialogs.markAsRead(bob._id, ann._id)
  await store.dialogs.markAsRead(ann._id, bob._id)
  await store.dialogs.list(bob._id, 0, 9)
}

/** Reads everything of a dialog as both users. No read may fail. */
export async function readAll(by: Store, { ann, bob }: Processes, cursor: string) {
  for (const [one, other] of [
    [ann, bob],
    [bob, ann]
  ] as const) {
    await by.dialogs.list(one._id, 0, 9)
    await by.dialogs.listContactIds(one._id)
    await by.users.searchContacts({ tagPart: 'b' }, one._id, 9)
    await by.messages.list(one._id, other._id, 0, 99)
    await by.messages.listBySeq(one._id, other._id, 1, 99)
    await by.updates.list(one._id, cursor, 99)
  }
}

/** Checks that a message is stored once, with a number, and that both users see it. */
export async function sendOne(t: Test, by: Store, processes: Processes, seq: number) {
  const { ann, bob, say } = processes
  const cursor = await by.updates.newestCursor()
  const added = await say('new', 'an id', by)
  t.match(added, { isDuplicate: false, needsPush: true, message: { text: 'new', seq } })
  const again = await say('new', 'an id', by)
  t.match(again, { isDuplicate: true, message: added.message }, 'it is stored once')
  for (const [one, other] of [
    [ann, bob],
    [bob, ann]
  ] as const) {
    t.match((await by.messages.list(one._id, other._id, 0, 1))[0], { text: 'new', seq })
    t.match((await by.messages.listBySeq(one._id, other._id, seq, 99)).at(-1), { text: 'new', seq })
    t.match(await by.dialogs.list(one._id, 0, 9), [{ lastMessage: { text: 'new', seq, isRead: false } }])
    const { messages, cursor: next } = await by.updates.list(one._id, cursor, 99)
    t.match(messages.at(-1), { text: 'new', seq }, 'updates tell of it')
    t.match(await by.updates.list(one._id, next, 99), { messages: [] }, 'once')
  }
  const [dialog] = await by.dialogs.list(bob._id, 0, 9)
  t.ok(dialog && dialog.unreadIncoming > 0, 'it is unread')
  t.match(await by.dialogs.markAsRead(bob._id, ann._id), { hasMoved: true, upToSeq: seq, unreadCount: 0 })
  t.match(await say('next', undefined, by), { message: { seq: seq + 1 } })
  t.match(await by.dialogs.list(bob._id, 0, 9), [{ lastMessage: { text: 'next' }, unreadIncoming: 1 }])
}
