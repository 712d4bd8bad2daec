import type { Database } from 'better-sqlite3'

/** Numbers every change that `listUpdates` tells of: 1, 2, 3, … over the whole store, in the order of the commits. */
export interface Versions {
  /** The version of a change, given within its transaction. */
  next(): number
  /** The version of the newest change that is stored. */
  newest(): number
}

export function createVersions(database: Database): Versions {
  const increment = database
    .prepare<[], number>(`UPDATE counters SET value = value + 1 WHERE name = 'version' RETURNING value`)
    .pluck()
  const current = database.prepare<[], number>(`SELECT value FROM counters WHERE name = 'version'`).pluck()

  return {
    next: () => increment.get() as number,
    newest: () => current.get() as number
  }
}
