import type { ObjectId } from 'mongodb'
import type { Test } from 'tap'
import { type Collections, collectionsOf, type MessageDocument } from '../../../src/store/mongo/collections.js'
import { connectToDatabase } from '../../../src/store/mongo/connect.js'
import { openMongoStore } from '../../../src/store/mongo/index.js'
import { createPairs, keyOfPair } from '../../../src/store/mongo/messages/addresses.js'
import {
  addressedTo,
  createTails,
  numberMessages,
  pendingMessage
} from '../../../src/store/mongo/messages/numbering.js'
import { pairOf } from '../../../src/store/pair.js'
import type { AddedMessage } from '../../../src/store/records.js'
import type { Store } from '../../../src/store/store.js'
import { invitePeople, type People } from '../../store/suite/people.js'

// The machine may be busy with other tests.
const options = { timeoutMs: 30_000, onNotice: () => {} }

/** Processes on one database, and what they have written. */
export interface Processes extends People {
  /** Opens the store of another process, which closes with the test. */
  join(): Promise<Store>
  /** Sends a message of ann to bob through the first process or another one. */
  say(text: string, clientMessageId?: string, by?: Store): Promise<AddedMessage>
  /** Stores a message of ann to bob like a process that is killed directly afterwards. */
  leave(text: string, clientMessageId?: string): Promise<MessageDocument>
  /** Returns the dialog of ann and bob and creates a missing one. */
  findDialog(): Promise<ObjectId>
  /** Returns the texts of ann and bob with their numbers. */
  history(): Promise<string[]>
  /** Collections of the database. */
  collections: Collections
}

/** @param wireUrl URL of a wire to the database */
export async function openProcesses(t: Test, url: string, wireUrl = url): Promise<Processes> {
  const { client, database } = await connectToDatabase(url, () => {})
  t.teardown(() => client.close())
  async function join() {
    const store = await openMongoStore(wireUrl, options)
    t.teardown(() => store.close())
    return store
  }
  const people = await invitePeople(join)
  const { store, ann, bob } = people
  const collections = collectionsOf(database)
  const messageOf = (text: string, clientMessageId?: string) => {
    return { sender: ann, receiverTag: bob.tag, text, ...(clientMessageId && { clientMessageId }) }
  }

  async function findDialog() {
    const pair = pairOf(ann._id, bob._id)
    return (await createPairs(collections).open([pair])).get(keyOfPair(pair)) as ObjectId
  }

  return {
    ...people,
    join,
    collections,
    findDialog,
    say: (text, clientMessageId, by = store) => by.messages.add(messageOf(text, clientMessageId)),
    async leave(text, clientMessageId) {
      const dialog = await findDialog()
      const addressed = { ...addressedTo(pendingMessage(messageOf(text, clientMessageId)), bob), dialog }
      const [document] = numberMessages([addressed], await createTails(collections).load([dialog])) as [MessageDocument]
      await collections.messages.insertOne(document)
      return document
    },
    async history() {
      const messages = await store.messages.list(ann._id, bob._id, 0, 500)
      return messages.map(({ seq, text }) => `${seq} ${text}`).reverse()
    }
  }
}
