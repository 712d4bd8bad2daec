import type { Test } from 'tap'
import type { WithPeople } from './people.js'

export function testReopening(t: Test, withPeople: WithPeople): void {
  t.test('acknowledged writes are there when the store is opened again', async (t) => {
    const { open, store, ann, bob, cid } = await withPeople(t)
    const { message } = await store.messages.add({ sender: ann, receiverTag: bob.tag, text: 'hello' })
    await store.dialogs.markAsRead(bob._id, ann._id)
    const last = store.messages.add({ sender: cid, receiverTag: ann.tag, text: 'and bye' })
    await store.close()
    t.match(await last, { message: { seq: 1 } }, 'closing finishes what was under way')

    const reopened = await open()
    t.same(await reopened.users.findById(ann._id), ann)
    t.same(await reopened.messages.list(ann._id, bob._id, 0, 9), [{ ...message, isRead: true }])
    await reopened.messages.add({ sender: bob, receiverTag: ann.tag, text: 'again' })
    const dialogs = await reopened.dialogs.list(ann._id, 0, 9)
    t.same(
      dialogs.map(({ lastMessage }) => lastMessage.text),
      ['again', 'and bye'],
      'the order of dialogs continues'
    )
    await reopened.close()
    await t.rejects(reopened.messages.add({ sender: ann, receiverTag: bob.tag, text: 'too late' }))
  })
}
