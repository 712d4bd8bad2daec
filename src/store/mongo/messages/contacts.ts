import type { ObjectId } from 'mongodb'
import type { Collections, ConversationDocument } from '../collections.js'
import type { ReadOptions } from '../connect.js'

type Conversations = Pick<Collections, 'conversations'>

/** Dialogs with a message, in the order of the index. */
export const begun = { position: { $gt: 0 } }

export const peerOf = ({ a, b }: Pick<ConversationDocument, 'a' | 'b'>, user: ObjectId) => (a.equals(user) ? b : a)

/** Returns the ids of all users with whom a user has a dialog. */
export function findContactIds(
  { conversations }: Conversations,
  user: ObjectId,
  options: ReadOptions = {}
): Promise<ObjectId[]> {
  const found = conversations.find({ users: user, ...begun }, { projection: { a: 1, b: 1 }, ...options })
  return found.map((dialog) => peerOf(dialog, user)).toArray()
}

/** Returns those of some users with whom a user has a dialog. */
export function findContactsAmong(
  { conversations }: Conversations,
  user: ObjectId,
  ids: ObjectId[],
  options: ReadOptions = {}
): Promise<ObjectId[]> {
  const sides = [
    { a: user, b: { $in: ids } },
    { b: user, a: { $in: ids } }
  ]
  const found = conversations.find({ $or: sides, ...begun }, { projection: { a: 1, b: 1 }, ...options })
  return found.map((dialog) => peerOf(dialog, user)).toArray()
}
