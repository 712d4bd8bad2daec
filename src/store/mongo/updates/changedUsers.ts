import type { ObjectId } from 'mongodb'
import type { Collections, UserDocument } from '../collections.js'
import type { ReadOptions } from '../connect.js'
import { findContactIds, findContactsAmong } from './contacts.js'

export type ChangedUser = Pick<UserDocument, '_id' | 'changed' | 'revision'>

/** More than these are not compared with the contacts of a user, but the contacts are looked at. */
export const maxFewUsers = 100

const projection = { changed: 1, revision: 1 }

/** Finds the users whose data have changed, of all users, and at most one more than few. */
export function findFewChanged(
  { users }: Pick<Collections, 'users'>,
  filter: object,
  options: ReadOptions = {}
): Promise<ChangedUser[]> {
  const found = users.find(filter, { projection, ...options }).sort({ changed: 1 })
  return found.limit(maxFewUsers + 1).toArray()
}

/** Finds those whose data have changed among the contacts of a user, and the user, in the order of the changes. */
export async function findChangedContacts(
  collections: Collections,
  user: ObjectId,
  changed: { $gt: number; $lte: number },
  options: ReadOptions
): Promise<ChangedUser[]> {
  const few = await findFewChanged(collections, { changed }, options)
  if (few.length > maxFewUsers) return findAmongContacts(collections, user, changed, options)
  if (few.length === 0) return few
  const ids = few.map(({ _id }) => _id)
  const wanted = new Set([...(await findContactsAmong(collections, user, ids, options)), user].map(String))
  return few.filter(({ _id }) => wanted.has(String(_id)))
}

/** Finds users whose change has no version yet: a few of all users, and all among the contacts of a user, and the user. */
export async function findUnversionedUsers(
  collections: Collections,
  user: ObjectId,
  options: ReadOptions
): Promise<ChangedUser[]> {
  const few = await findFewChanged(collections, { changed: null }, options)
  return few.length > maxFewUsers ? few.concat(await findAmongContacts(collections, user, null, options)) : few
}

async function findAmongContacts(collections: Collections, user: ObjectId, changed: unknown, options: ReadOptions) {
  const _id = { $in: [...(await findContactIds(collections, user, options)), user] }
  return collections.users
    .find({ _id, changed } as object, { projection, ...options })
    .sort({ changed: 1 })
    .toArray()
}
