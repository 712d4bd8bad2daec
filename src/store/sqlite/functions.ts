import type { Database } from 'better-sqlite3'
import { keyOfEmail } from '../keys.js'
import { nameKeysOf } from '../nameKeys.js'

/** Gives SQL the functions that migrations and writes call by name. A connection has them until it is closed. */
export function defineFunctions(database: Database): void {
  database.function('nameKeysOf', { deterministic: true }, (firstName, lastName) =>
    JSON.stringify(nameKeysOf({ firstName: String(firstName), lastName: String(lastName) }))
  )
  database.function('keyOfEmail', { deterministic: true }, (email) => keyOfEmail(String(email)))
}
