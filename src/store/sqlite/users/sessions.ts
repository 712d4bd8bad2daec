import type { Database } from 'better-sqlite3'
import type { SessionStore } from '../../store.js'
import type { GroupCommit } from '../groupCommit.js'

// More than one for each new session, so that the sessions of users who never return are deleted, too.
const maxForgotten = 10

export function createSessions(database: Database, { write }: GroupCommit): SessionStore {
  const insert = database.prepare('INSERT INTO sessions (_id, userId, expiresAt) VALUES (?, ?, ?)')
  const deleteExpired = database.prepare<[number, number]>(`
    DELETE FROM sessions WHERE _id IN (SELECT _id FROM sessions WHERE expiresAt <= ? ORDER BY expiresAt LIMIT ?)`)
  const deleteSurplus = database.prepare<[string, string, number]>(`
    DELETE FROM sessions WHERE _id IN (
      SELECT _id FROM sessions WHERE userId = ? AND _id <> ? ORDER BY expiresAt DESC LIMIT -1 OFFSET ?)`)
  const deleteOne = database.prepare('DELETE FROM sessions WHERE _id = ?')
  const byId = database.prepare<[string, number], { userId: string; tag: string; expiresAt: number }>(`
    SELECT s.userId, u.tag, s.expiresAt FROM sessions s CROSS JOIN users u ON u._id = s.userId
    WHERE s._id = ? AND s.expiresAt > ?`)

  return {
    add: ({ _id, user, expiresAt }, maxOfUser) =>
      write(() => {
        deleteExpired.run(Date.now(), maxForgotten)
        insert.run(_id, user._id, expiresAt)
        if (maxOfUser !== undefined) deleteSurplus.run(user._id, _id, maxOfUser - 1)
      }),

    async find(_id) {
      const row = byId.get(_id, Date.now())
      return row && { _id, user: { _id: row.userId, tag: row.tag }, expiresAt: row.expiresAt }
    },

    end: (_id) => write(() => void deleteOne.run(_id))
  }
}
