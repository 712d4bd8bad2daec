import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Database } from 'better-sqlite3'
import { makeFolder } from '../folder.js'
import { driver } from './driver.js'
import { codeOf, explain } from './explain.js'
import { migrate } from './migrations.js'
import { assertFinished } from './unfinishedCopy.js'

/** `FULL`: a commit waits for the disk. `NORMAL`: a power cut may undo the last commits (`PRAGMA synchronous`). */
export type Sync = 'FULL' | 'NORMAL'

const syncOutcome = { NORMAL: 1, FULL: 2 }

// The check takes a quarter of a second for this size. A larger file shows damage where it is read.
const maxCheckedBytes = 64 * 1024 * 1024

// The position of the read version in the header: 1 without a write-ahead log, 2 with one.
const readVersionAt = 19
const withoutLog = 1

/** Tables that every version has. */
const tables = ['users', 'dialogs', 'messages', 'clientMessageIds', 'images', 'counters']

/** Returns the name of the secret's file. It is beside the database, so that a copy of the database cannot sign tokens. */
export function secretFileOf(file: string): string {
  return join(dirname(file), 'jwt.key')
}

/**
 * Opens a database file in the newest version, and creates it if it does not exist.
 *
 * @param assertUsable called with the database before anything in it changes
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
    if (existsSync(file)) inspect(file, busyTimeoutMs, assertUsable)
    database = new driver(file, { timeout: busyTimeoutMs })
    makeDurable(database, sync)
    migrate(database)
    return database
  } catch (error) {
    database?.close()
    const what = codeOf(error).startsWith('SQLITE_CORRUPT')
      ? ': put a backup in its place with `messenger-server restore FILE`'
      : ''
    throw new Error(`${file}: ${explain(error)}${what}`, { cause: error })
  }
}

/** Opens a database without changing it, except that SQLite undoes the transaction of a killed process. */
export function openToRead(file: string, busyTimeoutMs: number): Database {
  return new driver(file, { timeout: busyTimeoutMs, readonly: !existsSync(`${file}-journal`) })
}

/** Checks a file read-only, because a connection that may write would move the log into a file that is then refused. */
function inspect(file: string, busyTimeoutMs: number, assertUsable: (database: Database) => void): void {
  if (!statSync(file).isFile()) throw new Error('unable to open it, because it is not a file')
  assertNotEmptied(file)
  assertOwnLog(file)
  const database = openToRead(file, busyTimeoutMs)
  try {
    assertUsable(database)
    if (sizeOf(database) <= maxCheckedBytes) assertSound(database)
  } finally {
    database.close()
  }
}

/** Refuses an empty file beside a secret. The secret is made after the database, so a killed first start leaves no secret. */
function assertNotEmptied(file: string): void {
  if (statSync(file).size > 0 || !existsSync(secretFileOf(file))) return
  throw new Error(
    'the file is empty, though a store has been here: put a backup in its place with `messenger-server restore FILE`, ' +
      'or delete it to begin again'
  )
}

/**
 * Refuses a log beside a file whose header is not in WAL mode (SQLite's file format, 1.3.3). A backup was copied over the file
 * then, and SQLite would mix it with the log of the former database.
 */
function assertOwnLog(file: string): void {
  const log = `${file}-wal`
  if (!statSync(log, { throwIfNoEntry: false })?.size || readVersionOf(file) !== withoutLog) return
  const name = basename(file)
  throw new Error(
    `${name}-wal is the log of another database, as after a backup was copied over the file: use \`messenger-server restore FILE\` ` +
      `instead, or move ${name}-wal and ${name}-shm away`
  )
}

function readVersionOf(file: string): number | undefined {
  const header = Buffer.alloc(readVersionAt + 1)
  const descriptor = openSync(file, 'r')
  try {
    readSync(descriptor, header, 0, header.length, 0)
    return header[readVersionAt]
  } finally {
    closeSync(descriptor)
  }
}

function sizeOf(database: Database): number {
  const [pages, pageBytes] = ['page_count', 'page_size'].map((name) => database.pragma(name, { simple: true }))
  return Number(pages) * Number(pageBytes)
}

/** @throws {Error} when pages or keys are damaged */
export function assertSound(database: Database): void {
  if (database.pragma('quick_check(1)', { simple: true }) === 'ok') return
  throw Object.assign(new Error('the file is damaged'), { code: 'SQLITE_CORRUPT' })
}

/** @throws {Error} when it is the database of another program, or an unfinished copy */
export function assertStore(database: Database): void {
  const version = database.pragma('user_version', { simple: true })
  const found = database.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`).pluck().all()
  if (version === 0 || tables.some((table) => !found.includes(table)))
    throw new Error('it is not a store of this program')
  assertFinished(database)
}

/**
 * Makes a commit wait for the disk. The pragmas are set on every open, because better-sqlite3 is built to fall back to
 * `synchronous=NORMAL` on a file in WAL mode, where a power cut may undo commits.
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
