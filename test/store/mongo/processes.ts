import type { Test } from 'tap'
import { type Collections, collectionsOf } from '../../../src/store/mongo/collections.js'
import { connectToDatabase } from '../../../src/store/mongo/connect.js'
import { openMongoStore } from '../../../src/store/mongo/index.js'
import type { AddedMessage, Store } from '../../../src/store/store.js'
import { invitePeople, type People } from '../suite/people.js'

const options = { timeoutMs: 5000, onNotice: () => {} }

/** Some processes on one database, and what they have written. */
export interface Processes extends People {
  /** Another process, whose store is closed with the test. */
  join(): Promise<Store>
  /** Lets ann write to bob, through the first process or another one. */
  say(text: string, clientMessageId?: string, by?: Store): Promise<AddedMessage>
  /** What ann and bob have written, with its numbers. */
  history(): Promise<string[]>
  /** What is in the database itself. */
  collections: Collections
}

export async function openProcesses(t: Test, url: string): Promise<Processes> {
  const { client, database } = await connectToDatabase(url, () => {})
  t.teardown(() => client.close())
  async function join() {
    const store = await openMongoStore(url, options)
    t.teardown(() => store.close())
    return store
  }
  const people = await invitePeople(join)
  const { store, ann, bob } = people
  return {
    ...people,
    join,
    collections: collectionsOf(database),
    say: (text, clientMessageId, by = store) =>
      by.addMessage({ senderId: ann._id, receiverTag: bob.tag, text, ...(clientMessageId && { clientMessageId }) }),
    async history() {
      const messages = await store.listMessages(ann._id, bob._id, 0, 500)
      return messages.map(({ seq, text }) => `${seq} ${text}`).reverse()
    }
  }
}
