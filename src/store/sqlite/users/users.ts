import type { Database } from 'better-sqlite3'
import { ObjectId } from 'bson'
import type { SelfInfo } from '../../../schemas/user.js'
import { formerKeyOfEmail, keyOfEmail, keyOfTag } from '../../keys.js'
import type { StoredUser, UserChanges } from '../../records.js'
import { refusals } from '../../refusals.js'
import type { UserStore } from '../../store.js'
import type { GroupCommit } from '../groupCommit.js'
import { prepareSetNameKeys } from '../keys.js'
import type { Versions } from '../messages/versions.js'
import type { Identities } from './identities.js'
import { createProfilePictures } from './images.js'

const selfInfo = '_id, tag, firstName, lastName, img'
const stored = `${selfInfo}, email, passwordHash`

/** The columns of a StoredProfile, from a user `u`. */
export const profileColumns = 'u._id, u.tag, u.firstName, u.lastName, u.img, u.lastSeen'

const noChanges = { firstName: null, lastName: null, img: null }

export function createUsers(
  database: Database,
  { write, writeLater }: GroupCommit,
  versions: Versions,
  identities: Identities
): Omit<UserStore, 'searchByTag' | 'searchByName' | 'searchContacts'> {
  const insert = database.prepare(`
    INSERT INTO users (${stored}, tagKey, emailKey, lastSeen)
    VALUES (:_id, :tag, :firstName, :lastName, :img, :email, :passwordHash, :tagKey, :emailKey, :now)`)
  const byId = database.prepare<[string], StoredUser>(`SELECT ${stored} FROM users WHERE _id = ?`)
  const byEmailKey = database.prepare<[string], StoredUser>(`SELECT ${stored} FROM users WHERE emailKey = ?`)
  const setNameKeys = prepareSetNameKeys(database)
  const change = prepareUpdate(database, versions, setNameKeys)
  const setPasswordHash = database.prepare('UPDATE users SET passwordHash = :passwordHash WHERE _id = :_id')
  const setLastSeen = database.prepare('UPDATE users SET lastSeen = :lastSeen WHERE _id = :_id')

  return {
    create: (user) =>
      write(() => {
        const tagKey = keyOfTag(user.tag)
        const emailKey = keyOfEmail(user.email)
        if (identities.findByTag(user.tag)) throw refusals.tagTaken()
        if (byEmailKey.get(emailKey)) throw refusals.emailTaken()
        const account = { ...user, _id: new ObjectId().toHexString() }
        insert.run({ ...account, tagKey, emailKey, now: Date.now() })
        setNameKeys(account._id)
        return account
      }),

    findById: async (_id) => byId.get(_id),

    findByEmail: async (email) => byEmailKey.get(formerKeyOfEmail(email)) ?? byEmailKey.get(keyOfEmail(email)),

    findByTag: async (tag) => identities.findByTag(tag),

    update: (_id, changes) => write(() => change(_id, changes)),

    setPasswordHash: (_id, passwordHash) => write(() => void setPasswordHash.run({ _id, passwordHash })),

    setLastSeen: (_id, lastSeen) => write(() => void setLastSeen.run({ _id, lastSeen })),

    noteLastSeen: (_id, lastSeen) => writeLater(() => void setLastSeen.run({ _id, lastSeen }))
  }
}

/** Prepares the change of a user, which is also a change in each of the user's dialogs, for the other side. */
function prepareUpdate(
  database: Database,
  versions: Versions,
  setNameKeys: (userId: string) => void
): (_id: string, changes: UserChanges) => SelfInfo {
  const update = database.prepare<[object], SelfInfo>(`
    UPDATE users SET
      firstName = ifnull(:firstName, firstName), lastName = ifnull(:lastName, lastName), img = ifnull(:img, img),
      changed = :version
    WHERE _id = :_id RETURNING ${selfInfo}`)
  const touchDialogs = [
    database.prepare('UPDATE dialogs SET changedA = :version WHERE a = :_id'),
    database.prepare('UPDATE dialogs SET changedB = :version WHERE b = :_id')
  ]

  const imageOf = database.prepare<[string], string>('SELECT img FROM users WHERE _id = ?').pluck()
  const pictures = createProfilePictures(database)

  return (_id, changes) => {
    const { img, firstName, lastName } = changes
    if (img !== undefined && !pictures.isAllowed(img, _id)) throw refusals.foreignImage()
    const former = imageOf.get(_id) as string
    const version = versions.next()
    for (const touch of touchDialogs) touch.run({ _id, version })
    const changed = update.get({ ...noChanges, ...changes, _id, version }) as SelfInfo
    if (firstName !== undefined || lastName !== undefined) setNameKeys(_id)
    if (changed.img !== former) pictures.drop(former, _id)
    return changed
  }
}
