import type { Database } from 'better-sqlite3'

/** Numbers every change that `listUpdates` tells of: 1, 2, 3, … over the whole store, in the order of the commits. */
export interface Versions {
  /** The version of a change, given within its transaction. */
  next(): number
  /** Stores which version was the last to be given, at the end of the transaction. */
  save(): void
  /** Forgets what was given and is not saved; the next one follows what is stored. */
  forget(): void
  /** The version of the newest change that is stored. */
  newest(): number
}

export function createVersions(database: Database): Versions {
  const read = database.prepare<[], number>(`SELECT value FROM counters WHERE name = 'version'`).pluck()
  const write = database.prepare<[number]>(`UPDATE counters SET value = ? WHERE name = 'version'`)
  const newest = () => read.get() as number
  let saved: number | undefined
  let last = 0

  return {
    next() {
      if (saved === undefined) last = saved = newest()
      return ++last
    },
    save() {
      if (saved === undefined || saved === last) return
      write.run(last)
      saved = last
    },
    forget() {
      saved = undefined
    },
    newest
  }
}
