import type { Test } from 'tap'
import type { StoredMessage, StoredUser } from '../../../src/store/records.js'
import { createRandom } from '../../helpers/random.js'
import type { WithPeople } from './people.js'

export function testReadMarks(t: Test, withPeople: WithPeople): void {
  t.test('a read mark covers the stored messages', async (t) => {
    const { store, ann, bob, cid } = await withPeople(t)
    const say = (from: StoredUser, to: StoredUser, text: string) =>
      store.messages.add({ sender: from, receiverTag: to.tag, text })

    t.same(
      await store.dialogs.markAsRead(bob._id, cid._id),
      { hasMoved: false, unreadCount: 0, upToSeq: 0 },
      'without a dialog'
    )
    const [, , mark] = await Promise.all([
      say(ann, bob, '1'),
      say(ann, bob, '2'),
      store.dialogs.markAsRead(bob._id, ann._id),
      say(ann, bob, '3')
    ])
    t.same(mark, { hasMoved: true, unreadCount: 0, upToSeq: 2 })
    await say(bob, ann, '4')
    const isRead = async () => (await store.messages.list(ann._id, bob._id, 0, 9)).map((message) => message.isRead)
    t.same(await isRead(), [false, false, true, true])
    t.match(await store.dialogs.list(bob._id, 0, 1), [
      { readSeq: 2, peerReadSeq: 0, unreadIncoming: 1, unreadOutgoing: 1 }
    ])
    t.match(await store.dialogs.list(ann._id, 0, 1), [
      { readSeq: 0, peerReadSeq: 2, unreadIncoming: 1, unreadOutgoing: 1 }
    ])

    t.same(await store.dialogs.markAsRead(ann._id, bob._id), { hasMoved: true, unreadCount: 0, upToSeq: 4 })
    t.match(await store.dialogs.markAsRead(ann._id, bob._id), { hasMoved: false }, 'nothing is left to read')
    t.same(await isRead(), [true, false, true, true])
    await store.close()
  })

  t.test('a read mark moves up to a message, and never back', async (t) => {
    const { store, ann, bob } = await withPeople(t)
    for (const [from, to] of [
      [ann, bob],
      [bob, ann],
      [ann, bob],
      [ann, bob],
      [bob, ann]
    ] as const) {
      await store.messages.add({ sender: from, receiverTag: to.tag, text: '?' })
    }
    const steps = [
      { upToSeq: 1, mark: { hasMoved: true, unreadCount: 2, upToSeq: 1 } },
      { upToSeq: 2, mark: { hasMoved: true, unreadCount: 2, upToSeq: 2 } },
      { upToSeq: 3, mark: { hasMoved: true, unreadCount: 1, upToSeq: 3 } },
      { upToSeq: 1, mark: { hasMoved: false, unreadCount: 1, upToSeq: 3 } },
      { upToSeq: 3, mark: { hasMoved: false, unreadCount: 1, upToSeq: 3 } },
      { upToSeq: 4, mark: { hasMoved: true, unreadCount: 0, upToSeq: 4 } },
      { upToSeq: 9, mark: { hasMoved: false, unreadCount: 0, upToSeq: 4 } }
    ]
    for (const { upToSeq, mark } of steps) {
      t.same(await store.dialogs.markAsRead(bob._id, ann._id, upToSeq), mark, `up to ${upToSeq}`)
    }
    t.match(await store.dialogs.list(bob._id, 0, 1), [{ readSeq: 4, unreadIncoming: 0, unreadOutgoing: 2 }])
    t.match(
      await store.dialogs.markAsRead(ann._id, bob._id, 9),
      { unreadCount: 0, upToSeq: 5 },
      'it ends at the last message'
    )
    await store.close()
  })

  t.test('a read mark counts messages that are sent at the same time', async (t) => {
    const { store, ann, bob } = await withPeople(t)
    const say = () => store.messages.add({ sender: ann, receiverTag: bob.tag, text: '?' })
    const [, , , first] = await Promise.all([say(), say(), say(), store.dialogs.markAsRead(bob._id, ann._id, 1), say()])
    t.same(first, { hasMoved: true, unreadCount: 2, upToSeq: 1 })
    t.match(await store.dialogs.list(bob._id, 0, 1), [{ readSeq: 1, unreadIncoming: 3 }])
    for (let seq = 5; seq <= 9; seq++) await say()
    const [, second] = await Promise.all([say(), store.dialogs.markAsRead(bob._id, ann._id, 8), say()])
    t.same(second, { hasMoved: true, unreadCount: 2, upToSeq: 8 }, 'near the end')
    t.match(await store.dialogs.list(bob._id, 0, 1), [{ readSeq: 8, unreadIncoming: 3 }])
    await store.close()
  })

  t.test('unread counts are exact in any order of reads and sends', async (t) => {
    const { store, ann, bob } = await withPeople(t)
    const random = createRandom(t)
    const sides = [
      { reader: ann, peer: bob },
      { reader: bob, peer: ann }
    ]
    for (let round = 0; round < 60; round++) {
      const writes = Array.from({ length: 1 + random.below(6) }, () => {
        const { reader, peer } = random.pick(sides)
        if (random.isChance(0.6)) return store.messages.add({ sender: reader, receiverTag: peer.tag, text: '?' })
        return store.dialogs.markAsRead(
          reader._id,
          peer._id,
          random.isChance(0.7) ? 1 + random.below(round * 4 + 1) : undefined
        )
      })
      await Promise.all(writes)
      const history = await store.messages.list(ann._id, bob._id, 0, 1000)
      for (const { reader, peer } of sides) {
        const [dialog] = await store.dialogs.list(reader._id, 0, 1)
        const { readSeq = 0, unreadIncoming = 0 } = dialog ?? {}
        const isUnread = ({ senderId, seq }: StoredMessage) => senderId === peer._id && seq > readSeq
        if (unreadIncoming !== history.filter(isUnread).length) t.fail(`round ${round}: ${unreadIncoming} unread`)
      }
    }
    t.ok((await store.messages.list(ann._id, bob._id, 0, 1000)).length > 60)
    await store.close()
  })
}
