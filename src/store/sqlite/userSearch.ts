import type { Database } from 'better-sqlite3'
import type { Store, StoredProfile } from '../store.js'
import { profileColumns } from './users.js'

type UserSearch = Pick<Store, 'findUsersByTag'>

export function createUserSearch(database: Database): UserSearch {
  const byTagStart = database.prepare<[string, string, string, number], StoredProfile>(`
    SELECT ${profileColumns} FROM users u
    WHERE tagKey >= ? AND tagKey < ? AND _id <> ? ORDER BY tagKey LIMIT ?`)
  // Reads the index of tags alone: a search looks at all of them, but only at the users that it finds.
  const tagKeysByPart = database
    .prepare<[string, number], string>('SELECT tagKey FROM users WHERE instr(tagKey, ?) > 1 ORDER BY tagKey LIMIT ?')
    .pluck()
  const profileByTagKey = database.prepare<[string], StoredProfile>(
    `SELECT ${profileColumns} FROM users u WHERE tagKey = ?`
  )

  return {
    async findUsersByTag(tagPart, exceptUserId, limit) {
      const key = tagPart.toLowerCase()
      const first = byTagStart.all(key, `${key}\u{10ffff}`, exceptUserId, limit)
      if (key === '' || first.length === limit) return first
      // One more, since the one who may not be found can be among them.
      const others = tagKeysByPart
        .all(key, limit - first.length + 1)
        .map((tagKey) => profileByTagKey.get(tagKey) as StoredProfile)
      return first.concat(others.filter(({ _id }) => _id !== exceptUserId)).slice(0, limit)
    }
  }
}
