import { randomBytes } from 'node:crypto'
import type { Database } from 'better-sqlite3'
import { refusals } from '../../refusals.js'
import type { Versions } from './versions.js'

const pattern = /^([0-9a-f]{16})\.(0|[1-9]\d{0,14})$/

/**
 * Begins an epoch, and makes the cursors that clients get: `EPOCH.VERSION`, where everything up to the version is known. A cursor
 * of an unknown epoch, or beyond the end of its epoch, comes from another database or from changes that a restore took back.
 */
export function createCursors(database: Database, versions: Versions) {
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
    toCursor: (version: number) => `${newestName.get()}.${version}`,

    /** @throws {AppError} `invalidParams` for a cursor that this database has not given */
    toVersion(cursor: string): number {
      const [, name = '', digits] = pattern.exec(cursor) ?? []
      const epoch = lastVersionOf.get(name)
      const version = Number(digits)
      if (epoch && version <= (epoch.lastVersion ?? versions.newest())) return version
      throw refusals.foreignCursor()
    }
  }
}
