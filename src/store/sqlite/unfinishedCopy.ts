import type { Database } from 'better-sqlite3'
import { describeUnfinished, type Mark } from '../../commands/copy/transfer.js'

const table = 'unfinishedCopy'

/** A database is an unfinished copy as long as it has a table of this kind, with the mark in its one row. */
export function readMark(database: Database): Mark | undefined {
  const columns = database.pragma(`table_info(${table})`) as unknown[]
  if (columns.length === 0) return undefined
  return JSON.parse(database.prepare<[], string>(`SELECT mark FROM ${table}`).pluck().get() as string)
}

export function writeMark(database: Database, mark: Mark): void {
  database
    .transaction(() => {
      database.exec(`CREATE TABLE IF NOT EXISTS ${table} (id INTEGER PRIMARY KEY, mark TEXT NOT NULL) STRICT`)
      database.prepare(`INSERT OR REPLACE INTO ${table} VALUES (1, ?)`).run(JSON.stringify(mark))
    })
    .immediate()
}

export function removeMark(database: Database): void {
  database.exec(`DROP TABLE ${table}`)
}

/** @throws {Error} for an unfinished copy */
export function assertFinished(database: Database): void {
  const mark = readMark(database)
  if (mark) throw new Error(describeUnfinished(mark))
}
