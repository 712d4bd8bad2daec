import type { ObjectId } from 'mongodb'
import { keyOfEmail } from '../keys.js'
import { nameKeysOf } from '../nameKeys.js'
import type { Collections, UserDocument } from './collections.js'
import { isDuplicateKey } from './duplicates.js'

type Users = Pick<Collections, 'users'>

const maxUsersAtOnce = 50

/**
 * Gives the keys of today to users who have no keys of their names, as an older version stores them. Several processes may do
 * so at the same time, and it may end at any time: what is left is done the next time.
 */
export async function deriveKeys({ users }: Users): Promise<void> {
  const projection = { firstName: 1, lastName: 1, email: 1, emailKey: 1 }
  const findAfter = (last: ObjectId | undefined) =>
    users
      .find({ nameKeys: null as never, ...(last && { _id: { $gt: last } }) }, { projection })
      .sort({ _id: 1 })
      .limit(maxUsersAtOnce)
      .toArray()
  let found: UserDocument[]
  let last: ObjectId | undefined
  do {
    found = await findAfter(last)
    for (const user of found) await renewEmailKey({ users }, user)
    if (found.length > 0) await users.bulkWrite(found.map(toKeyUpdate), { ordered: false })
    // From one user to the next, so that it ends although others rename users meanwhile.
    last = found.at(-1)?._id
  } while (found.length === maxUsersAtOnce)
}

/** Of two users who have the same address now, one keeps the key that there was. */
async function renewEmailKey({ users }: Users, { _id, email, emailKey: former }: UserDocument): Promise<void> {
  const emailKey = keyOfEmail(email)
  if (emailKey === former) return
  try {
    await users.updateOne({ _id }, { $set: { emailKey } })
  } catch (error) {
    if (!isDuplicateKey(error)) throw error
  }
}

/** Names that are others by now get their keys by the one who has changed them. */
export function toKeyUpdate({ _id, firstName, lastName }: UserDocument) {
  const nameKeys = nameKeysOf({ firstName, lastName })
  return { updateOne: { filter: { _id, firstName, lastName }, update: { $set: { nameKeys } } } }
}
