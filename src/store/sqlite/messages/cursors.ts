import { randomBytes } from 'node:crypto'
import type { Database } from 'better-sqlite3'
import { refusals } from '../../refusals.js'
import type { Versions } from './versions.js'

const pattern = /^([0-9a-f]{16})\.(0|[1-9]\d{0,14})$/

/** Cursors as clients get them, `EPOCH.VERSION`: everything up to that version is known. */
export interface Cursors {
  toCursor(version: number): string
  /** The version of a cursor. @throws {AppError} `invalidParams` for one that this database has not given */
  toVersion(cursor: string): number
}

/**
 * Begins an epoch. A cursor that names an unknown one comes from another database, or from what was done after the copy was
 * made that this one has gone back to; and so does one beyond the end of its epoch.
 */
export function createCursors(database: Database, versions: Versions): Cursors {
  const begin = database.prepare('INSERT INTO epochs (name, firstVersion) VALUES (:name, :firstVersion)')
  const newestName = database
    .prepare<[], string>('SELECT name FROM epochs WHERE epoch = (SELECT max(epoch) FROM epochs)')
    .pluck()
  const lastVersionOf = database.prepare<[string], { lastVersion: number | null }>(`
    SELECT (SELECT firstVersion FROM epochs n WHERE n.epoch > e.epoch ORDER BY n.epoch LIMIT 1) AS lastVersion
    FROM epochs e WHERE e.name = ?`)

  const beginEpoch = database.transaction(() => {
    begin.run({ name: randomBytes(8).toString('hex'), firstVersion: versions.newest() })
  })
  beginEpoch.immediate()

  return {
    toCursor: (version) => `${newestName.get()}.${version}`,

    toVersion(cursor) {
      const [, name = '', digits] = pattern.exec(cursor) ?? []
      const epoch = lastVersionOf.get(name)
      const version = Number(digits)
      if (epoch && version <= (epoch.lastVersion ?? versions.newest())) return version
      throw refusals.foreignCursor()
    }
  }
}
