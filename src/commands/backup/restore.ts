import {
  accessSync,
  chownSync,
  constants,
  existsSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Database } from 'better-sqlite3'
import { makeFolder } from '../../store/folder.js'
import { driver } from '../../store/sqlite/driver.js'
import { migrate } from '../../store/sqlite/migrations.js'
import { readArguments } from '../arguments.js'
import { readDatabase } from '../settings.js'
import { lock, setAside } from './former.js'
import { draftOf, faultOf, isDraftOf, publish, synchronize, writeSnapshot } from './snapshot.js'

export const restoreUsage = 'messenger-server restore FILE'

/**
 * `messenger-server restore FILE`: puts a backup in the place of the SQLite database, which is kept under another name.
 *
 * @throws {Error} that says what is wrong
 */
export async function restore(args: string[], print: (line: string) => void): Promise<void> {
  const [from] = readArguments(args, restoreUsage, 1).positionals as [string]
  const { file, busyTimeoutMs } = readDatabase('mongorestore')
  const aside = restoreFile(from, file, busyTimeoutMs)
  if (aside !== undefined) print(`The former database is kept as ${aside}`)
  print(`${file} is restored from ${from}.`)
}

/**
 * Puts a backup in the place of a database, which may not exist. Killed at any moment, it leaves the former database or the
 * restored one.
 *
 * @returns the name under which the former database is kept; undefined without one
 * @throws {Error} that names the file at fault; the database is the former one then
 */
function restoreFile(from: string, path: string, busyTimeoutMs: number): string | undefined {
  // SQLite follows a link, too, and keeps the log beside the target of the link.
  const file = existsSync(path) ? realpathSync(path) : resolve(path)
  assertBackup(from)
  assertWritable(from, file)
  assertOther(from, file)
  const former = lock(file)
  const draft = draftOf(file)
  try {
    writeSnapshot({ from, draft, file, busyTimeoutMs })
    prepare(draft, from, file, former)
    const aside = setAside(file, former !== undefined)
    if (aside === undefined) {
      publish(draft, file)
    } else {
      renameSync(draft, file)
      synchronize(dirname(file))
    }
    removeDrafts(file)
    return aside
  } finally {
    rmSync(draft, { force: true })
    former?.close()
  }
}

function assertBackup(from: string): void {
  if (!existsSync(from)) throw new Error(`${from}: there is no such file`)
  if (!statSync(from).isFile()) throw new Error(`${from}: it is not a file`)
}

function assertOther(from: string, file: string): void {
  const [one, other] = [statSync(from), statSync(file, { throwIfNoEntry: false })]
  if (one.ino === other?.ino && one.dev === other.dev) throw new Error(`${from}: it is the database itself`)
}

function assertWritable(from: string, file: string): void {
  try {
    makeFolder(dirname(file))
    accessSync(dirname(file), constants.W_OK)
  } catch (error) {
    throw faultOf(error, from, file)
  }
}

/**
 * Migrates a draft, and moves the log of the former database into its file. The draft gets the owner of the database, because
 * root may run the command.
 */
function prepare(draft: string, from: string, file: string, former: Database | undefined): void {
  const database = new driver(draft)
  try {
    migrate(database)
    former?.pragma('journal_mode = DELETE')
  } catch (error) {
    throw faultOf(error, from, file)
  } finally {
    database.close()
  }
  const { uid, gid } = statSync(existsSync(file) ? file : dirname(file))
  if (statSync(draft).uid !== uid) chownSync(draft, uid, gid)
}

/** Removes the drafts of killed runs. */
function removeDrafts(file: string): void {
  for (const name of readdirSync(dirname(file))) {
    if (isDraftOf(file, name)) rmSync(join(dirname(file), name), { force: true })
  }
}
