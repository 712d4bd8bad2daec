import type { Database } from 'better-sqlite3'
import { ObjectId } from 'bson'
import { LRUCache } from 'lru-cache'
import { AppError } from '../../errors.js'
import type { Identity, SelfInfo } from '../../schemas/user.js'
import type { Store, StoredUser } from '../store.js'
import type { GroupCommit } from './groupCommit.js'

const maxCachedIdentities = 100_000

const selfInfo = '_id, tag, firstName, lastName, img'
const stored = `${selfInfo}, email, passwordHash`

const noChanges = { firstName: null, lastName: null, img: null }

type Users = Pick<
  Store,
  'createUser' | 'findUserById' | 'findUserByEmail' | 'findIdentityByTag' | 'findUsersByTag' | 'updateUser'
>

export function createUsers(database: Database, { write }: GroupCommit): Users {
  const insert = database.prepare(`
    INSERT INTO users (${stored}, tagKey, emailKey)
    VALUES (:_id, :tag, :firstName, :lastName, :img, :email, :passwordHash, :tagKey, :emailKey)`)
  const byId = database.prepare<[string], StoredUser>(`SELECT ${stored} FROM users WHERE _id = ?`)
  const byEmailKey = database.prepare<[string], StoredUser>(`SELECT ${stored} FROM users WHERE emailKey = ?`)
  const byTagKey = database.prepare<[string], Identity>('SELECT _id, tag FROM users WHERE tagKey = ?')
  const byTagStart = database.prepare<[string, string, string, number], SelfInfo>(`
    SELECT ${selfInfo} FROM users
    WHERE tagKey >= ? AND tagKey < ? AND _id <> ? ORDER BY tagKey LIMIT ?`)
  // Reads the index of tags alone: a search looks at all of them, but only at the users that it finds.
  const tagKeysByPart = database
    .prepare<[string, number], string>('SELECT tagKey FROM users WHERE instr(tagKey, ?) > 1 ORDER BY tagKey LIMIT ?')
    .pluck()
  const infoByTagKey = database.prepare<[string], SelfInfo>(`SELECT ${selfInfo} FROM users WHERE tagKey = ?`)
  const update = database.prepare<[object], SelfInfo>(`
    UPDATE users SET
      firstName = ifnull(:firstName, firstName), lastName = ifnull(:lastName, lastName), img = ifnull(:img, img)
    WHERE _id = :_id RETURNING ${selfInfo}`)

  // A tag belongs to the same user for ever, so what is cached cannot become wrong.
  const identities = new LRUCache<string, Identity>({ max: maxCachedIdentities })

  return {
    createUser: (user) =>
      write(() => {
        const tagKey = keyOfTag(user.tag)
        const emailKey = user.email.toLowerCase()
        if (byTagKey.get(tagKey)) throw new AppError('conflict', 'The tag is taken.')
        if (byEmailKey.get(emailKey)) throw new AppError('conflict', 'The e-mail is taken.')
        const account = { ...user, _id: new ObjectId().toHexString() }
        insert.run({ ...account, tagKey, emailKey })
        return account
      }),

    findUserById: async (_id) => byId.get(_id),

    findUserByEmail: async (email) => byEmailKey.get(email.toLowerCase()),

    async findIdentityByTag(tag) {
      const tagKey = keyOfTag(tag)
      const cached = identities.get(tagKey)
      if (cached) return cached
      const found = byTagKey.get(tagKey)
      if (found) identities.set(tagKey, found)
      return found
    },

    async findUsersByTag(tagPart, exceptUserId, limit) {
      const key = tagPart.toLowerCase()
      const first = byTagStart.all(key, `${key}\u{10ffff}`, exceptUserId, limit)
      if (key === '' || first.length === limit) return first
      // One more, since the one who may not be found can be among them.
      const others = tagKeysByPart
        .all(key, limit - first.length + 1)
        .map((tagKey) => infoByTagKey.get(tagKey) as SelfInfo)
      return first.concat(others.filter(({ _id }) => _id !== exceptUserId)).slice(0, limit)
    },

    updateUser: (_id, changes) => write(() => update.get({ ...noChanges, ...changes, _id }) as SelfInfo)
  }
}

/** A text that is no tag has no key: it is nobody's. */
function keyOfTag(tag: string): string {
  return tag.startsWith('@') ? tag.slice(1).toLowerCase() : ''
}
