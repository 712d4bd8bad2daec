import { statSync } from 'node:fs'
import type { Database } from 'better-sqlite3'
import { driver } from '../../store/sqlite/driver.js'
import { codeOf, explain, isDamage } from '../../store/sqlite/explain.js'

/**
 * Locks a database until it is closed; a server that starts meanwhile waits, and then finds that the file has been replaced.
 *
 * @returns undefined where there is nothing that SQLite can read
 * @throws {Error} when another process uses it
 */
export function lock(file: string): Database | undefined {
  // SQLite would delete the log of an empty file.
  if (!statSync(file, { throwIfNoEntry: false })?.size) return undefined
  try {
    return openLocked(file)
  } catch (error) {
    if (isDamage(error)) return undefined
    if (!codeOf(error).startsWith('SQLITE_BUSY')) throw new Error(`${file}: ${explain(error)}`, { cause: error })
    throw new Error(`${file}: a server or another command uses it: stop that first`, { cause: error })
  }
}

function openLocked(file: string): Database {
  const database = new driver(file, { timeout: 0 })
  try {
    database.pragma('locking_mode = EXCLUSIVE')
    database.exec('BEGIN EXCLUSIVE; COMMIT')
    return database
  } catch (error) {
    database.close()
    throw error
  }
}
