import type { Database } from 'better-sqlite3'
import { type CopyCheckpoint, describeUnfinished } from '../unfinishedCopy.js'

const table = 'unfinishedCopy'

/** Returns the checkpoint of an unfinished copy: a database that has this table, with one row. */
export function readCheckpoint(database: Database): CopyCheckpoint | undefined {
  const columns = database.pragma(`table_info(${table})`) as unknown[]
  if (columns.length === 0) return undefined
  return JSON.parse(database.prepare<[], string>(`SELECT mark FROM ${table}`).pluck().get() as string)
}

export function writeCheckpoint(database: Database, checkpoint: CopyCheckpoint): void {
  database
    .transaction(() => {
      database.exec(`CREATE TABLE IF NOT EXISTS ${table} (id INTEGER PRIMARY KEY, mark TEXT NOT NULL) STRICT`)
      database.prepare(`INSERT OR REPLACE INTO ${table} VALUES (1, ?)`).run(JSON.stringify(checkpoint))
    })
    .immediate()
}

export function removeCheckpoint(database: Database): void {
  database.exec(`DROP TABLE ${table}`)
}

/** @throws {Error} for an unfinished copy */
export function assertFinished(database: Database): void {
  const checkpoint = readCheckpoint(database)
  if (checkpoint) throw new Error(describeUnfinished(checkpoint))
}
