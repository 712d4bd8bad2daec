import type { Document, ObjectId } from 'mongodb'
import type { Collections } from '../../store/mongo/collections.js'
import { toId } from '../../store/mongo/ids.js'
import { createPairs, keyOfPair, type Members, type Pairs } from '../../store/mongo/messages/addresses.js'
import { type AddressBook, membersOf, type Person } from './addressBook.js'
import { batchesOf, isObjectId, isText, leaveOut, type OldCollections, type Reason } from './legacy.js'

/** A message of two users who exist. */
interface Addressed {
  document: Document
  sender: Person
  members: Members
  date: Date
}

/**
 * Moves messages into the dialog of their two users, from any conversation. A dialog is `unnumbered`, up to the date of its
 * last new message, before it gets them.
 */
export async function addressMessages(old: OldCollections, collections: Collections, book: AddressBook): Promise<void> {
  const { conversations, messages } = old
  const pairs = createPairs(collections)
  await conversations.createIndex({ unnumbered: 1 })
  for await (const batch of batchesOf(messages.find({ users: null }))) {
    const people = await book.find(batch.flatMap(({ senderTag, receiverTag }) => [senderTag, receiverTag]))
    const sorted = batch.map((document) => address(document, people))
    const addressed = sorted.filter((message) => 'members' in message)
    if (addressed.length > 0) await moveToDialogs(old, pairs, addressed)
    await leaveOut(
      old,
      messages,
      sorted.filter((message) => 'why' in message)
    )
  }
}

async function moveToDialogs({ conversations, messages }: OldCollections, pairs: Pairs, addressed: Addressed[]) {
  const dialogs = await pairs.open(addressed.map(({ members }) => ({ ...members, isUserA: true })))
  const dialogOf = ({ members }: Addressed) => dialogs.get(keyOfPair(members)) as ObjectId
  const newest = new Map<ObjectId, number>()
  for (const message of addressed) {
    const dialog = dialogOf(message)
    newest.set(dialog, Math.max(newest.get(dialog) ?? Number.NEGATIVE_INFINITY, message.date.getTime()))
  }
  await conversations.bulkWrite(
    Array.from(newest, ([_id, dateMs]) => {
      return { updateOne: { filter: { _id }, update: { $max: { unnumbered: new Date(dateMs) } } } }
    })
  )
  await messages.bulkWrite(
    addressed.map((message) => {
      const { document, sender, members, date } = message
      const fields = {
        conversationId: dialogOf(message),
        users: [toId(members.a), toId(members.b)],
        senderId: sender._id,
        key: document._id,
        date,
        revision: 1
      }
      return { updateOne: { filter: { _id: document._id }, update: { $set: fields } } }
    })
  )
}

function address(document: Document, people: Map<unknown, Person>): Addressed | { document: Document; why: Reason } {
  const { _id, senderTag, receiverTag, text, date } = document
  const [sender, receiver] = [people.get(senderTag), people.get(receiverTag)]
  if (!isObjectId(_id)) return { document, why: 'id' }
  if (!isText(text)) return { document, why: 'text' }
  if (!(sender && receiver)) return { document, why: 'nobody' }
  if (sender._id.equals(receiver._id)) return { document, why: 'oneself' }
  return { document, sender, members: membersOf(sender, receiver), date: dateOf(date, _id) }
}

/** Returns the date of a message, from an epoch in milliseconds, ISO 8601 text or a Date, or else from its `_id`. */
function dateOf(value: unknown, _id: ObjectId): Date {
  const isDate = value instanceof Date || typeof value === 'string' || typeof value === 'number'
  const date = new Date(isDate ? value : Number.NaN)
  return Number.isNaN(date.getTime()) ? _id.getTimestamp() : date
}
