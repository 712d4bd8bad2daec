import { ObjectId } from 'bson'
import { formerKeyOfEmail, keyOfEmail, keyOfTag } from '../../keys.js'
import { nameKeysOf } from '../../nameKeys.js'
import type { NewUser, StoredProfile, StoredUser, UserChanges } from '../../records.js'
import { refusals } from '../../refusals.js'
import type { UserStore } from '../../store.js'
import type { WriteQueue } from '../../writeQueue.js'
import type { Collections, UserDocument } from '../collections.js'
import type { ReadOptions } from '../connect.js'
import { isDuplicateKey, repeatAtConflict } from '../duplicates.js'
import { toId } from '../ids.js'
import type { Identities } from '../messages/addresses.js'
import type { FollowUps } from '../messages/followUps.js'
import type { createProfilePictures } from './images.js'

/** The fields of a StoredProfile. */
export const profileFields = { tag: 1, firstName: 1, lastName: 1, img: 1, lastSeen: 1 } as const

export function toProfile({ _id, tag, firstName, lastName, img, lastSeen }: UserDocument): StoredProfile {
  return { _id: _id.toHexString(), tag, firstName, lastName, img, lastSeen }
}

/** Returns what others may see of some users, in any order. */
export async function findProfiles(
  { users }: Pick<Collections, 'users'>,
  ids: ObjectId[],
  options: ReadOptions = {}
): Promise<StoredProfile[]> {
  if (ids.length === 0) return []
  const found = users.find({ _id: { $in: ids } }, { projection: profileFields, ...options })
  return found.map(toProfile).toArray()
}

function toUser({ _id, tag, firstName, lastName, img, email, password }: UserDocument): StoredUser {
  return { _id: _id.toHexString(), tag, firstName, lastName, img, email, passwordHash: password }
}

// An attempt fails only where another process has changed the same user.
const maxAttempts = 20

type Users = Pick<UserStore, 'create' | 'findById' | 'findByEmail' | 'findByTag' | 'update' | 'setPasswordHash'>

interface UserParts {
  queue: Pick<WriteQueue, 'alone'>
  identities: Identities
  followUps: Pick<FollowUps, 'user'>
  pictures: ReturnType<typeof createProfilePictures>
}

export function createUsers(collections: Collections, { queue, identities, followUps, pictures }: UserParts): Users {
  const { users } = collections

  async function insert(user: NewUser): Promise<StoredUser> {
    const document = toDocument(user)
    try {
      await repeatAtConflict(() => users.insertOne(document))
    } catch (error) {
      if (!isDuplicateKey(error)) throw error
      // Not every server says which key is taken.
      throw (await users.findOne({ tagKey: document.tagKey })) ? refusals.tagTaken() : refusals.emailTaken()
    }
    return toUser(document)
  }

  /** Changes names and their keys in one write. It begins again when another process has changed the same user meanwhile. */
  async function change(_id: ObjectId, changes: UserChanges) {
    const shown = changes.img === undefined ? {} : { imgShown: await pictures.show(changes.img, _id) }
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const former = (await users.findOne({ _id })) as UserDocument
      const fields = { ...changes, ...shown, nameKeys: nameKeysOf({ ...former, ...changes }), changed: null }
      const filter = { _id, revision: former.revision }
      const { matchedCount } = await users.updateOne(filter, { $set: fields, $inc: { revision: 1 } })
      if (matchedCount === 1) return { former, changed: { ...former, ...fields, revision: former.revision + 1 } }
    }
    throw new Error('Other processes do not let this one change a user.')
  }

  async function find(_id: ObjectId): Promise<StoredUser | undefined> {
    const found = await users.findOne({ _id })
    return found ? toUser(found) : undefined
  }

  return {
    create: (user) => queue.alone(() => insert(user)),
    findById: async (_id) => (ObjectId.isValid(_id) ? find(toId(_id)) : undefined),
    async findByEmail(email) {
      const former = formerKeyOfEmail(email)
      const found = await users.find({ emailKey: { $in: [former, keyOfEmail(email)] } }).toArray()
      const user = found.find(({ emailKey }) => emailKey === former) ?? found[0]
      return user && toUser(user)
    },
    findByTag: identities.findByTag,
    setPasswordHash: (_id, password) =>
      queue.alone(async () => void (await users.updateOne({ _id: toId(_id) }, { $set: { password } }))),
    async update(_id, changes) {
      const { former, changed } = await queue.alone(() => change(toId(_id), changes))
      followUps.user(changed)
      if (changed.img !== former.img) await pictures.drop(former)
      const { passwordHash, email, ...selfInfo } = toUser(changed)
      return selfInfo
    }
  }
}

function toDocument({ passwordHash, ...user }: NewUser): UserDocument {
  return {
    _id: new ObjectId(),
    ...user,
    password: passwordHash,
    tagKey: keyOfTag(user.tag),
    emailKey: keyOfEmail(user.email),
    nameKeys: nameKeysOf(user),
    lastSeen: Date.now(),
    changed: 0,
    revision: 1
  }
}
