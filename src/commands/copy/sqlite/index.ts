import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Database } from 'better-sqlite3'
import { keepSecret, readSecret } from '../../../store/secret.js'
import { assertStore, openDatabase, secretFileOf } from '../../../store/sqlite/database.js'
import { readCheckpoint, removeCheckpoint, writeCheckpoint } from '../../../store/sqlite/unfinishedCopy.js'
import { type Epoch, holdsOtherSecret, holdsSomething, type Source, type State, type Target } from '../transfer.js'
import { createTables, deriveDialogs } from './tables.js'

const options = { busyTimeoutMs: 5000, sync: 'FULL' } as const

/** Opens the store that is copied. @throws {Error} that names the file, when it has no finished store */
export function openSqliteSource(file: string): Source {
  if (!existsSync(file)) throw new Error(`${file}: there is no such file`)
  const database = openDatabase(file, options, assertStore)
  const version = database.prepare<[], number>(`SELECT value FROM counters WHERE name = 'version'`).pluck()
  // An epoch ends where the next one begins.
  const epochs = database.prepare<[number], Epoch>(`
    SELECT name, ifnull(lead(firstVersion) OVER (ORDER BY epoch), ?) AS lastVersion FROM epochs ORDER BY epoch`)

  return {
    ...createSide(file, database),
    async state() {
      const newest = version.get() as number
      return { version: newest, epochs: epochs.all(newest), secret: readSecret(secretFileOf(file)) }
    }
  }
}

/**
 * Opens the store that becomes a copy.
 *
 * @param secret of the source
 * @throws {Error} that names the file, before any change, when it holds something that is not an unfinished copy
 */
export function openSqliteTarget(file: string, secret: string | undefined): Target {
  const known = readSecret(secretFileOf(file))
  if (known !== undefined && secret !== undefined && known !== secret) {
    throw new Error(`${secretFileOf(file)}: ${holdsOtherSecret}`)
  }
  const database = openDatabase(file, options, assertFree)
  const finish = prepareFinish(database)

  return {
    ...createSide(file, database),
    readCheckpoint: async () => readCheckpoint(database),
    writeCheckpoint: async (checkpoint) => writeCheckpoint(database, checkpoint),
    forgetSessions: async () => void database.exec('DELETE FROM sessions'),
    async finish(state) {
      if (state.secret !== undefined) keepSecret(secretFileOf(file), state.secret)
      finish(state)
    }
  }
}

function createSide(file: string, database: Database) {
  return {
    name: nameOfFile(file),
    tables: createTables(database),
    close: async () => void database.close()
  }
}

export function nameOfFile(file: string): string {
  return `file:${resolve(file)}`
}

function prepareFinish(database: Database): (state: State) => void {
  const setVersion = database.prepare(`UPDATE counters SET value = ? WHERE name = 'version'`)
  const insertEpoch = database.prepare('INSERT INTO epochs (name, firstVersion) VALUES (?, ?)')
  return database.transaction(({ version, epochs }: State) => {
    deriveDialogs(database)
    setVersion.run(version)
    database.exec('DELETE FROM epochs')
    for (const [index, { name }] of epochs.entries()) insertEpoch.run(name, epochs[index - 1]?.lastVersion ?? 0)
    removeCheckpoint(database)
  }).immediate
}

function assertFree(database: Database): void {
  if (readCheckpoint(database)) return
  const tables = database
    .prepare<[], string>(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('counters', 'epochs') AND name NOT LIKE 'sqlite_%'`
    )
    .pluck()
    .all()
  const isUsed = tables.some((table) => database.prepare(`SELECT 1 FROM "${table}" LIMIT 1`).get())
  if (isUsed) throw new Error(holdsSomething)
}
