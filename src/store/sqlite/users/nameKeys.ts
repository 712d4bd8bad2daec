import type { Database } from 'better-sqlite3'

/** Prepares the write that gives a stored user the keys of the present names. */
export function prepareSetNameKeys(database: Database): (userId: string) => void {
  const forget = database.prepare('DELETE FROM nameKeys WHERE userId = ?')
  const insert = database.prepare(`
    INSERT INTO nameKeys SELECT _id, value FROM users, json_each(nameKeysOf(firstName, lastName)) WHERE _id = ?`)
  return (userId) => {
    forget.run(userId)
    insert.run(userId)
  }
}
