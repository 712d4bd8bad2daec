import type { Test } from 'tap'
import type { StoredUser } from '../../../src/store/records.js'
import type { WithPeople } from './people.js'

export function testDialogs(t: Test, withPeople: WithPeople): void {
  t.test('dialogs come in the order of their last messages, with the read marks of both sides', async (t) => {
    const { store, ann, bob, cid } = await withPeople(t)
    const say = (from: StoredUser, to: StoredUser, text: string) =>
      store.messages.add({ sender: from, receiverTag: to.tag, text })
    t.same(await store.dialogs.list(ann._id, 0, 30), [])

    await Promise.all([
      say(ann, bob, '1'),
      say(cid, ann, '2'),
      say(bob, ann, '3'),
      say(bob, cid, '4'),
      say(ann, bob, '5')
    ])
    const dialogs = await store.dialogs.list(ann._id, 0, 30)
    t.match(dialogs, [
      {
        peer: { _id: bob._id, tag: '@Bob', firstName: 'Bob', lastName: 'Test', img: 'default.jpg', lastSeen: Number },
        lastMessage: { senderId: ann._id, text: '5', seq: 3, isRead: false },
        readSeq: 0,
        peerReadSeq: 0,
        unreadIncoming: 1,
        unreadOutgoing: 2
      },
      { peer: { tag: '@Cid' }, lastMessage: { senderId: cid._id, text: '2' }, unreadIncoming: 1, unreadOutgoing: 0 }
    ])
    t.equal(dialogs.length, 2)
    for (const { _id } of dialogs) t.match(_id, /^[0-9a-f]{24}$/)

    await say(cid, ann, '6')
    const tags = async (start: number, end: number) =>
      (await store.dialogs.list(ann._id, start, end)).map(({ peer }) => peer.tag)
    t.same(await tags(0, 2), ['@Cid', '@Bob'], 'a message brings its dialog to the front')
    t.same(await tags(1, 9), ['@Bob'])
    t.same(await tags(2, 9), [])
    t.same((await store.dialogs.listContactIds(ann._id)).sort(), [bob._id, cid._id].sort())
    t.same((await store.dialogs.listContactIds(cid._id)).sort(), [ann._id, bob._id].sort())
    await store.close()
  })
}
