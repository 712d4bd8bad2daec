import type { Test } from 'tap'
import { AppError } from '../../../src/errors.js'
import type { StoredUser } from '../../../src/store/records.js'
import type { WithPeople } from './people.js'

export function testMessages(t: Test, withPeople: WithPeople): void {
  t.test('messages of a dialog are numbered in the order of the calls', async (t) => {
    const { store, ann, bob, cid } = await withPeople(t)
    const say = (text: string, from: StoredUser, to: StoredUser) =>
      store.messages.add({ sender: from, receiverTag: to.tag, text })

    const sent = await Promise.all([
      say('1', ann, bob),
      say('2', bob, ann),
      say('elsewhere', ann, cid),
      say('3', ann, bob)
    ])
    t.same(
      sent.map(({ message, isDuplicate }) => [message.seq, message.text, message.senderId, isDuplicate]),
      [
        [1, '1', ann._id, false],
        [2, '2', bob._id, false],
        [1, 'elsewhere', ann._id, false],
        [3, '3', ann._id, false]
      ]
    )
    t.equal(new Set(sent.map(({ message }) => message._id)).size, 4)
    for (const { message } of sent) t.match(message._id, /^[0-9a-f]{24}$/)

    const newestFirst = [3, 1, 0].map((index) => sent[index]?.message)
    t.same(await store.messages.list(ann._id, bob._id, 0, 10), newestFirst)
    t.same(await store.messages.list(bob._id, ann._id, 0, 10), newestFirst, 'for both the same')
    t.same(await store.messages.list(bob._id, cid._id, 0, 10), [], 'no dialog, no messages')
    await store.close()
  })

  t.test('a message to an unknown tag is refused', async (t) => {
    const { store, ann, bob } = await withPeople(t)
    const say = (receiverTag: string) => store.messages.add({ sender: ann, receiverTag, text: '?' })
    const [first, refused, second] = await Promise.allSettled([say('@bob'), say('@nobody'), say('@BOB')])
    t.match(refused, { status: 'rejected', reason: new AppError('invalidParams', 'is the tag of nobody') })
    t.match([first, second], [{ value: { message: { seq: 1 } } }, { value: { message: { seq: 2 } } }])
    t.equal((await store.messages.list(ann._id, bob._id, 0, 9)).length, 2)
    await store.close()
  })

  t.test('the observer is told of a message before its sender', async (t) => {
    const log: string[] = []
    const { store, ann, bob } = await withPeople(t, {
      onMessage: ({ message }) => void log.push(`${message.text} is told`)
    })
    const say = async (text: string) => {
      const { message } = await store.messages.add({ sender: ann, receiverTag: bob.tag, text })
      for (let index = 0; index < 9; index++) await undefined
      log.push(`${message.text} is answered`)
    }
    await Promise.all(['1', '2', '3'].map(say))
    t.same(
      log,
      ['1', '2', '3'].flatMap((text) => [`${text} is told`, `${text} is answered`]),
      'and one after the other'
    )
    await store.close()
  })

  t.test('a slice of a dialog is half open', async (t) => {
    const { store, ann, bob } = await withPeople(t)
    for (const text of ['1', '2', '3', '4', '5']) {
      await store.messages.add({ sender: ann, receiverTag: bob.tag, text })
    }
    const slices: [start: number, end: number, texts: string][] = [
      [0, 2, '54'],
      [1, 3, '43'],
      [3, 9, '21'],
      [4, 5, '1'],
      [5, 9, '']
    ]
    for (const [start, end, texts] of slices) {
      const messages = await store.messages.list(bob._id, ann._id, start, end)
      t.equal(messages.map(({ text }) => text).join(''), texts, `[${start}, ${end})`)
    }
    await store.close()
  })

  t.test('messages are read by their numbers', async (t) => {
    const { store, ann, bob, cid } = await withPeople(t)
    for (const text of ['1', '2', '3', '4', '5']) {
      await store.messages.add({ sender: ann, receiverTag: bob.tag, text })
    }
    const ranges: [from: number, to: number, texts: string][] = [
      [1, 1, '1'],
      [2, 4, '234'],
      [4, 9, '45'],
      [6, 9, '']
    ]
    for (const [from, to, texts] of ranges) {
      const messages = await store.messages.listBySeq(bob._id, ann._id, from, to)
      t.equal(messages.map(({ text }) => text).join(''), texts, `from ${from} to ${to}`)
    }
    t.same(await store.messages.listBySeq(ann._id, bob._id, 1, 1), await store.messages.list(ann._id, bob._id, 4, 5))
    t.same(await store.messages.listBySeq(bob._id, cid._id, 1, 9), [], 'no dialog, no messages')
    await store.close()
  })

  t.test('a text is stored exactly', async (t) => {
    const { store, ann, bob } = await withPeople(t)
    const texts = ['\u0000 and after', '👩‍👩‍👧 שלום', ' \n ', "'; DROP TABLE users; --", 'e\u0301', 'x'.repeat(4096)]
    for (const text of texts) await store.messages.add({ sender: ann, receiverTag: bob.tag, text })
    t.same((await store.messages.list(ann._id, bob._id, 0, 10)).map(({ text }) => text).reverse(), texts)
    await store.close()
  })

  t.test('dates of a dialog do not go back with the clock', async (t) => {
    const { store, ann, bob } = await withPeople(t)
    const hourMs = 3_600_000
    const say = async () => (await store.messages.add({ sender: ann, receiverTag: bob.tag, text: '?' })).message

    const before = await say()
    const clock = t.capture(Date, 'now', () => before.date - hourMs)
    const after = await say()
    clock.restore()
    t.same([after.seq, after.date], [2, before.date])
    await store.close()
  })
}
