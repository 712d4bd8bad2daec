import type { Test } from 'tap'
import { openStore } from '../../../src/store/open.js'
import type { Store, StoredUser } from '../../../src/store/store.js'
import { invitePeople } from '../../store/suite/people.js'

const options = { timeoutMs: 60_000, busyTimeoutMs: 5000, maxLogPages: 10_000, onNotice: () => {} }

export const open = (url: string): Promise<Store> => openStore(url, options)

/** What Ann, Bob and Cid have stored, and can be asked again of every copy. */
export interface Town {
  people: StoredUser[]
  /** From before everything, and from the middle. */
  cursors: string[]
  /** Sent by Ann to Bob. */
  hello: { senderId: string; receiverTag: string; text: string; clientMessageId: string }
}

/** People who talk, read, move and send pictures, in a store that was opened twice. */
export async function settleTown(url: string): Promise<Town> {
  const { store, ann, bob, cid } = await invitePeople(() => open(url))
  const say = (from: StoredUser, to: StoredUser, text: string, clientMessageId?: string) =>
    store.addMessage({
      senderId: from._id,
      receiverTag: to.tag,
      text,
      ...(clientMessageId !== undefined && { clientMessageId })
    })
  const first = await store.newestCursor()
  await say(ann, bob, 'hello', 'one')
  await say(bob, ann, 'hi', 'one')
  await say(cid, bob, 'Good morning, 🌍')
  await store.markAsRead(bob._id, ann._id)
  const middle = await store.newestCursor()
  for (let number = 0; number < 10; number++) {
    await store.addImage({ name: `${number}.webp`, ownerId: bob._id, bytes: Buffer.from([number, 255, 0]) })
  }
  await store.updateUser(bob._id, { firstName: 'Robert', img: '3.webp' })
  await store.setPasswordHash(cid._id, 'another hash')
  for (const [number, user] of [ann, bob, cid].entries()) {
    await store.addSession({ _id: sessionId(number), user, expiresAt: Date.now() + 3_600_000 })
  }
  await store.setLastSeen(ann._id, 1_700_000_000_000)
  await store.loadSecret()
  await store.close()

  const reopened = await open(url)
  const second = await reopened.newestCursor()
  for (const text of ['1', '2', '3']) {
    await reopened.addMessage({ senderId: bob._id, receiverTag: ann.tag, text, clientMessageId: `number ${text}` })
  }
  await reopened.addMessage({ senderId: ann._id, receiverTag: cid.tag, text: 'bye' })
  await reopened.markAsRead(ann._id, bob._id, 3)
  const people = await Promise.all([ann, bob, cid].map(({ _id }) => reopened.findUserById(_id) as Promise<StoredUser>))
  await reopened.close()
  const hello = { senderId: ann._id, receiverTag: bob.tag, text: 'hello', clientMessageId: 'one' }
  return { people, cursors: [first, middle, second], hello }
}

const sessionId = (number: number) => `${number + 1}`.padStart(24, '0')

/** Everything that its people can see, and how the store behaves to whoever has seen it before. */
export async function visit(t: Test, url: string, { people, cursors, hello }: Town) {
  const store = await open(url)
  const views = []
  for (const person of people) {
    t.same(await store.findUserByEmail(person.email), person, `${person.tag} can log in`)
    const histories = await Promise.all(people.map((peer) => store.listMessages(person._id, peer._id, 0, 99)))
    const updates = await Promise.all(cursors.map((cursor) => store.listUpdates(person._id, cursor, 99)))
    views.push({
      histories,
      dialogs: await store.listDialogs(person._id, 0, 99),
      foundByName: (await store.findUsersByName('test', person._id, 9)).map(({ tag }) => tag).sort(),
      contacts: (await store.listContactIds(person._id)).sort(),
      updates: updates.map(({ cursor, dialogs, ...rest }) => {
        return { ...rest, dialogs: dialogs.map(({ _id }) => _id).sort(), version: cursor.split('.')[1] }
      })
    })
  }
  const images = Array.from({ length: 10 }, async (_, number) => {
    return Buffer.from((await store.findImage(`${number}.webp`)) as Uint8Array).toString('hex')
  })
  const sessions = await Promise.all(people.map((_, number) => store.findSession(sessionId(number))))
  const view = { views, sessions, images: await Promise.all(images), secret: await store.loadSecret() }
  const again = await store.addMessage(hello)
  t.match(again, { isDuplicate: true, message: { seq: 1 } }, 'what is sent again is there already')
  await t.rejects(store.addMessage({ ...hello, text: 'bye' }), { message: /belongs to another message/ })
  await store.close()
  return view
}
