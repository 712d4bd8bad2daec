import type { Test } from 'tap'
import { AppError } from '../../../src/errors.js'
import type { WithPeople } from './people.js'

export function testClientMessageIds(t: Test, withPeople: WithPeople): void {
  t.test('a message sent again with its clientMessageId is stored once', async (t) => {
    const { open, store, ann, bob, cid } = await withPeople(t)
    const hello = { sender: ann, receiverTag: bob.tag, text: 'hello', clientMessageId: 'one' }

    const [first, second] = await Promise.all([store.messages.add(hello), store.messages.add(hello)])
    t.same([first.isDuplicate, second.isDuplicate], [false, true])
    t.same(second.message, first.message)
    await store.close()

    const reopened = await open()
    t.same(await reopened.messages.add(hello), second, 'however much later')
    const others = [
      { why: 'another text', message: { ...hello, text: 'bye' } },
      { why: 'another receiver', message: { ...hello, receiverTag: cid.tag } }
    ]
    for (const { why, message } of others)
      await t.rejects(
        reopened.messages.add(message),
        new AppError('conflict', 'This clientMessageId belongs to another message.'),
        why
      )
    const fromBob = await reopened.messages.add({ ...hello, sender: bob, receiverTag: ann.tag })
    t.match(fromBob, { isDuplicate: false, message: { seq: 2 } }, 'it is the id of one sender')
    await reopened.close()
  })
}
