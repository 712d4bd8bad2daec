import type { Document } from 'mongodb'
import type { Collections } from '../../store/mongo/collections.js'
import { createPairs, emptyDialog, keyOfPair, type Members, type Pairs } from '../../store/mongo/messages/addresses.js'
import { type AddressBook, membersOf, type Person } from './addressBook.js'
import { batchesOf, isObjectId, type LeftOut, leaveOut, type OldCollections, type Reason } from './legacy.js'

/** Makes one dialog of all conversations of a pair. The oldest one stays, and is empty until its messages are numbered. */
export async function adoptConversations(
  old: OldCollections,
  collections: Collections,
  book: AddressBook
): Promise<void> {
  const { conversations } = old
  const temporary = await conversations.createIndex({ a: 1, b: 1, _id: 1 })
  const pairs = createPairs(collections)
  for await (const batch of batchesOf(conversations.find({ users: null }).sort({ _id: 1 }))) {
    const { keeping, leaving } = await sortOut(batch, book, pairs)
    // Ordered writes, so that an interrupted run never keeps a newer conversation instead of an older one.
    if (keeping.length > 0) await conversations.bulkWrite(keeping, { ordered: true })
    await leaveOut(old, conversations, leaving)
  }
  await conversations.dropIndex(temporary)
}

async function sortOut(batch: Document[], book: AddressBook, pairs: Pairs) {
  const people = await book.find(batch.flatMap(({ user1Tag, user2Tag }) => [user1Tag, user2Tag]))
  const sorted = batch.map((document) => ({ document, ...membersIn(document, people) }))
  const wanted = sorted.flatMap(({ members }) => (members ? [{ ...members, isUserA: true }] : []))
  const kept = new Set((await pairs.find(wanted)).keys())
  const leaving: Pick<LeftOut, 'document' | 'why'>[] = []
  const keeping: ReturnType<typeof updateOf>[] = []
  for (const { document, members, why } of sorted) {
    if (!members) leaving.push({ document, why })
    else if (kept.has(keyOfPair(members))) leaving.push({ document, why: 'double' })
    else keeping.push(updateOf(document, members))
    if (members) kept.add(keyOfPair(members))
  }
  return { keeping, leaving }
}

type Sorted = { members: Members; why?: never } | { members?: never; why: Reason }

function membersIn({ _id, user1Tag, user2Tag }: Document, people: Map<unknown, Person>): Sorted {
  const [one, two] = [people.get(user1Tag), people.get(user2Tag)]
  if (!isObjectId(_id)) return { why: 'id' }
  if (!(one && two)) return { why: 'nobody' }
  return one._id.equals(two._id) ? { why: 'oneself' } : { members: membersOf(one, two) }
}

function updateOf({ _id }: Document, members: Members) {
  const { _id: unused, ...fields } = emptyDialog(members)
  return { updateOne: { filter: { _id }, update: { $set: fields } } }
}
