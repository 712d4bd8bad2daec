import type { Database } from 'better-sqlite3'
import { keyOfEmail } from '../keys.js'
import { nameKeysOf } from '../nameKeys.js'

/** Defines the SQL functions that migrations and writes call. A connection has them until it is closed. */
export function defineFunctions(database: Database): void {
  database.function('nameKeysOf', { deterministic: true }, (firstName, lastName) =>
    JSON.stringify(nameKeysOf({ firstName: String(firstName), lastName: String(lastName) }))
  )
  database.function('keyOfEmail', { deterministic: true }, (email) => keyOfEmail(String(email)))
}

/** Prepares the write that gives a user the search keys of the stored names. */
export function prepareSetNameKeys(database: Database): (userId: string) => void {
  const remove = database.prepare('DELETE FROM nameKeys WHERE userId = ?')
  const insert = database.prepare(`
    INSERT INTO nameKeys SELECT _id, value FROM users, json_each(nameKeysOf(firstName, lastName)) WHERE _id = ?`)
  return (userId) => {
    remove.run(userId)
    insert.run(userId)
  }
}
