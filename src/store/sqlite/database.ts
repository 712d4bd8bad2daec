import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Database } from 'better-sqlite3'
import { makeFolder } from '../../folder.js'
import { driver } from './driver.js'
import { migrate } from './migrations.js'

/** Whether a commit waits for the disk, or the last ones may be taken back by a power cut (`PRAGMA synchronous`). */
export type Sync = 'FULL' | 'NORMAL'

const syncOutcome = { NORMAL: 1, FULL: 2 }

// It takes a quarter of a second for so much; what is larger shows its damage where it is read.
const maxCheckedBytes = 64 * 1024 * 1024

/** Beside the database and not in it, so that a copy of the file lets nobody sign. */
export function secretFileOf(file: string): string {
  return join(dirname(file), 'jwt.key')
}

/**
 * Opens a database file in the newest version, made when it is not there.
 *
 * @param assertUsable is shown the database before anything in it changes
 * @throws {Error} that names the file
 */
export function openDatabase(
  file: string,
  { busyTimeoutMs, sync }: { busyTimeoutMs: number; sync: Sync },
  assertUsable: (database: Database) => void
): Database {
  let database: Database | undefined
  try {
    makeFolder(dirname(file))
    assertNotEmptied(file)
    database = new driver(file, { timeout: busyTimeoutMs })
    assertUsable(database)
    assertSound(database)
    makeDurable(database, sync)
    migrate(database)
    return database
  } catch (error) {
    database?.close()
    throw new Error(`${file}: ${(error as Error).message}`, { cause: error })
  }
}

/** The secret is made after the database, so that a first start that was killed leaves none beside an empty file. */
function assertNotEmptied(file: string): void {
  const isEmpty = existsSync(file) && statSync(file).size === 0
  if (!isEmpty || !existsSync(secretFileOf(file))) return
  throw new Error(
    'the file is empty, though a store has been here: bring it back from a copy, or delete it to begin anew'
  )
}

function assertSound(database: Database): void {
  const [pages, pageBytes] = ['page_count', 'page_size'].map((name) => Number(database.pragma(name, { simple: true })))
  if (Number(pages) * Number(pageBytes) > maxCheckedBytes) return
  if (database.pragma('quick_check(1)', { simple: true }) !== 'ok') throw new Error('the file is damaged')
}

/**
 * A commit is on the disk when it returns. Set on every open, because better-sqlite3 is built to fall back to
 * `synchronous=NORMAL` on a file that is already in WAL mode, where a power cut may undo commits.
 */
function makeDurable(database: Database, sync: Sync): void {
  const wishes = [
    ['journal_mode', 'WAL', 'wal'],
    ['synchronous', sync, syncOutcome[sync]],
    ['foreign_keys', 'ON', 1]
  ] as const
  for (const [pragma, wish, outcome] of wishes) {
    database.pragma(`${pragma} = ${wish}`)
    const actual = database.pragma(pragma, { simple: true })
    if (actual !== outcome) throw new Error(`needs ${pragma}=${wish}, SQLite says ${actual}`)
  }
}
