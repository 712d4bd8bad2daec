import { nameKeysOf } from '../nameKeys.js'
import type { Collections, UserDocument } from './collections.js'

const maxUsersAtOnce = 500

/**
 * Gives the users that have no keys of their names those keys, as where an older program has stored them. Several processes
 * may do so at the same time, and it may end at any time: what is left is done the next time.
 */
export async function deriveKeys({ users }: Pick<Collections, 'users'>): Promise<void> {
  const find = () => users.find({ nameKeys: null as never }, { projection: { firstName: 1, lastName: 1 } })
  let found: UserDocument[]
  do {
    found = await find().limit(maxUsersAtOnce).toArray()
    if (found.length > 0) await users.bulkWrite(found.map(toKeyUpdate), { ordered: false })
  } while (found.length === maxUsersAtOnce)
}

/** Names that are others by now get their keys by the one who has changed them. */
export function toKeyUpdate({ _id, firstName, lastName }: UserDocument) {
  const nameKeys = nameKeysOf({ firstName, lastName })
  return { updateOne: { filter: { _id, firstName, lastName }, update: { $set: { nameKeys } } } }
}
