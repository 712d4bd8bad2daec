import type { Database } from 'better-sqlite3'

export type Versions = ReturnType<typeof createVersions>

/** Numbers every change that `updates.list` returns: 1, 2, 3, … over the whole store, in the order of the commits. */
export function createVersions(database: Database) {
  const read = database.prepare<[], number>(`SELECT value FROM counters WHERE name = 'version'`).pluck()
  const write = database.prepare<[number]>(`UPDATE counters SET value = ? WHERE name = 'version'`)
  /** Returns the version of the newest stored change. */
  const newest = () => read.get() as number
  let saved: number | undefined
  let last = 0

  return {
    /** Returns the version of a change, within its transaction. */
    next() {
      if (saved === undefined) last = saved = newest()
      return ++last
    },
    /** Stores the last version, at the end of the transaction. */
    save() {
      if (saved === undefined || saved === last) return
      write.run(last)
      saved = last
    },
    /** Forgets versions that are not stored; the next one follows the stored one. */
    forget() {
      saved = undefined
    },
    newest
  }
}
