import type { Test } from 'tap'
import { openStore } from '../../../src/store/open.js'
import type { NewMessage, StoredUser } from '../../../src/store/records.js'
import type { Store } from '../../../src/store/store.js'
import { invitePeople } from '../../store/suite/people.js'

const options = { timeoutMs: 60_000, busyTimeoutMs: 5000, maxLogPages: 10_000, onNotice: () => {} }

export const open = (url: string): Promise<Store> => openStore(url, options)

/** The data of Ann, Bob and Cid, which every copy must have. */
export interface Town {
  people: StoredUser[]
  /** Cursors of the beginning, the middle and the second start. */
  cursors: string[]
  /** A message of Ann to Bob. */
  hello: NewMessage
}

/** Fills a store that is opened twice: people talk, read, change names and send pictures. */
export async function settleTown(url: string): Promise<Town> {
  const { store, ann, bob, cid } = await invitePeople(() => open(url))
  const say = (from: StoredUser, to: StoredUser, text: string, clientMessageId?: string) =>
    store.messages.add({
      sender: from,
      receiverTag: to.tag,
      text,
      ...(clientMessageId !== undefined && { clientMessageId })
    })
  const first = await store.updates.newestCursor()
  await say(ann, bob, 'hello', 'one')
  await say(bob, ann, 'hi', 'one')
  await say(cid, bob, 'Good morning, 🌍')
  await store.dialogs.markAsRead(bob._id, ann._id)
  const middle = await store.updates.newestCursor()
  for (let number = 0; number < 10; number++) {
    await store.images.add({ name: `${number}.webp`, ownerId: bob._id, bytes: Buffer.from([number, 255, 0]) })
  }
  await store.users.update(bob._id, { firstName: 'Robert', img: '3.webp' })
  await store.users.setPasswordHash(cid._id, 'another hash')
  for (const [number, user] of [ann, bob, cid].entries()) {
    await store.sessions.add({ _id: sessionId(number), user, expiresAt: Date.now() + 3_600_000 })
  }
  await store.users.setLastSeen(ann._id, 1_700_000_000_000)
  await store.loadSecret()
  await store.close()

  const reopened = await open(url)
  const second = await reopened.updates.newestCursor()
  for (const text of ['1', '2', '3']) {
    await reopened.messages.add({ sender: bob, receiverTag: ann.tag, text, clientMessageId: `number ${text}` })
  }
  await reopened.messages.add({ sender: ann, receiverTag: cid.tag, text: 'bye' })
  await reopened.dialogs.markAsRead(ann._id, bob._id, 3)
  const people = await Promise.all(
    [ann, bob, cid].map(({ _id }) => reopened.users.findById(_id) as Promise<StoredUser>)
  )
  await reopened.close()
  const hello = { sender: ann, receiverTag: bob.tag, text: 'hello', clientMessageId: 'one' }
  return { people, cursors: [first, middle, second], hello }
}

const sessionId = (number: number) => `${number + 1}`.padStart(24, '0')

/** Returns everything that the people can see, and checks that a repeated message is recognized. */
export async function visit(t: Test, url: string, { people, cursors, hello }: Town) {
  const store = await open(url)
  const views = []
  for (const person of people) {
    t.same(await store.users.findByEmail(person.email), person, `${person.tag} can log in`)
    const histories = await Promise.all(people.map((peer) => store.messages.list(person._id, peer._id, 0, 99)))
    const updates = await Promise.all(cursors.map((cursor) => store.updates.list(person._id, cursor, 99)))
    views.push({
      histories,
      dialogs: await store.dialogs.list(person._id, 0, 99),
      foundByName: (await store.users.searchByName('test', person._id, 9)).map(({ tag }) => tag).sort(),
      contacts: (await store.dialogs.listContactIds(person._id)).sort(),
      updates: updates.map(({ cursor, dialogs, ...rest }) => {
        return { ...rest, dialogs: dialogs.map(({ _id }) => _id).sort(), version: cursor.split('.')[1] }
      })
    })
  }
  const images = Array.from({ length: 10 }, async (_, number) => {
    return Buffer.from((await store.images.find(`${number}.webp`)) as Uint8Array).toString('hex')
  })
  const sessions = await Promise.all(people.map((_, number) => store.sessions.find(sessionId(number))))
  const view = { views, sessions, images: await Promise.all(images), secret: await store.loadSecret() }
  const again = await store.messages.add(hello)
  t.match(again, { isDuplicate: true, message: { seq: 1 } }, 'what is sent again is there already')
  await t.rejects(store.messages.add({ ...hello, text: 'bye' }), { message: /belongs to another message/ })
  await store.close()
  return view
}
