import type { Database } from 'better-sqlite3'
import { endOf, partOfTagKey } from '../../keys.js'
import { nameRangeOf } from '../../nameKeys.js'
import type { StoredProfile } from '../../records.js'
import { maxCandidates, maxSearchedDialogs } from '../../searchBounds.js'
import type { UserStore } from '../../store.js'
import { prepareRows } from '../rows.js'
import { profileColumns } from './users.js'

type UserSearch = Pick<UserStore, 'searchByTag' | 'searchByName' | 'searchContacts'>

export function createUserSearch(database: Database): UserSearch {
  return {
    searchByTag: prepareFindByTag(database),
    searchByName: prepareFindByName(database),
    searchContacts: prepareSearchContacts(database)
  }
}

function prepareFindByTag(database: Database): UserSearch['searchByTag'] {
  const byTagStart = database.prepare<[string, string, string, number], StoredProfile>(`
    SELECT ${profileColumns} FROM users u
    WHERE tagKey >= ? AND tagKey < ? AND _id <> ? ORDER BY tagKey LIMIT ?`)
  // The query reads the index of tags alone. A search looks at all tags, but only at the users that it finds.
  const tagKeysByPart = database
    .prepare<[string, number], string>('SELECT tagKey FROM users WHERE instr(tagKey, ?) > 1 ORDER BY tagKey LIMIT ?')
    .pluck()
  const profileByTagKey = database.prepare<[string], StoredProfile>(
    `SELECT ${profileColumns} FROM users u WHERE tagKey = ?`
  )

  return async (tagPart, exceptUserId, limit) => {
    const key = tagPart.toLowerCase()
    if (!partOfTagKey.test(key)) return []
    const first = byTagStart.all(key, endOf(key), exceptUserId, limit)
    if (key === '' || first.length === limit) return first
    // One more than wanted, because the excluded user may be among them.
    const others = tagKeysByPart
      .all(key, limit - first.length + 1)
      .map((tagKey) => profileByTagKey.get(tagKey) as StoredProfile)
    return first.concat(others.filter(({ _id }) => _id !== exceptUserId)).slice(0, limit)
  }
}

function prepareFindByName(database: Database): UserSearch['searchByName'] {
  const idsByName = database
    .prepare<[object], string>(
      'SELECT userId FROM nameKeys WHERE key >= :start AND key < :end AND userId <> :exceptUserId ORDER BY key'
    )
    .pluck()
  const profile = database.prepare<[string], StoredProfile>(`SELECT ${profileColumns} FROM users u WHERE _id = ?`)

  return async (start, exceptUserId, limit) => {
    const range = nameRangeOf(start)
    if (!range) return []
    // A user may have several such words. DISTINCT would make SQLite read all of them first.
    const ids = new Set<string>()
    for (const _id of idsByName.iterate({ ...range, exceptUserId })) {
      ids.add(_id)
      if (ids.size === limit) break
    }
    return [...ids].map((_id) => profile.get(_id) as StoredProfile)
  }
}

const nobody = { start: '', end: '' }

function prepareSearchContacts(database: Database): UserSearch['searchContacts'] {
  const inNewestDialogs = prepareRows<StoredProfile>(
    database,
    `
    SELECT ${profileColumns}
    FROM (
      SELECT position, b AS peerId FROM dialogs WHERE a = :userId
      UNION ALL
      SELECT position, a FROM dialogs WHERE b = :userId
      ORDER BY position DESC LIMIT ${maxSearchedDialogs}
    ) s
    CROSS JOIN users u ON u._id = s.peerId
    WHERE instr(u.tagKey, :tagPart) > 0
      OR EXISTS (SELECT 1 FROM nameKeys n WHERE n.userId = s.peerId AND n.key >= :start AND n.key < :end)
    ORDER BY s.position DESC LIMIT :limit`
  )
  const amongCandidates = prepareRows<StoredProfile>(
    database,
    `
    SELECT ${profileColumns}
    FROM (
      SELECT _id FROM (
        SELECT _id FROM users WHERE tagKey >= :tagPart AND tagKey < :tagEnd ORDER BY tagKey LIMIT ${maxCandidates}
      ) q
      UNION ALL
      SELECT userId FROM (
        SELECT userId FROM nameKeys WHERE key >= :start AND key < :end ORDER BY key LIMIT ${maxCandidates}
      ) h
    ) s
    CROSS JOIN users u ON u._id = s._id
    WHERE EXISTS (SELECT 1 FROM dialogs WHERE a = :userId AND b = s._id)
      OR EXISTS (SELECT 1 FROM dialogs WHERE a = s._id AND b = :userId)`
  )

  return async ({ tagPart, nameStart = '' }, userId, limit) => {
    const key = tagPart.toLowerCase()
    const wanted = { userId, limit, tagPart: key, tagEnd: endOf(key), ...(nameRangeOf(nameStart) ?? nobody) }
    const newest = inNewestDialogs(wanted)
    if (newest.length === limit) return newest
    const byId = new Map([...newest, ...amongCandidates(wanted)].map((profile) => [profile._id, profile]))
    return [...byId.values()].slice(0, limit)
  }
}
