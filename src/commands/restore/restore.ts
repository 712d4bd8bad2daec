import {
  accessSync,
  chownSync,
  constants,
  existsSync,
  linkSync,
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
import { codeOf } from '../../store/sqlite/explain.js'
import { migrate } from '../../store/sqlite/migrations.js'
import { draftOf, faultOf, isDraftOf, publish, synchronize, writeSnapshot } from '../backup/snapshot.js'
import { lock } from './lock.js'

interface Restore {
  /** The backup. */
  from: string
  /** The database, which may not exist. */
  file: string
  busyTimeoutMs: number
}

/**
 * Puts a backup in the place of a database. Killed at any moment it leaves the former database or the restored one.
 *
 * @returns the name under which the former database is kept, where there was one
 * @throws {Error} that names the file that is at fault; the database is the former one then
 */
export function restore({ from, file: path, busyTimeoutMs }: Restore): string | undefined {
  // SQLite follows a link, too, and keeps the log beside what it leads to.
  const file = existsSync(path) ? realpathSync(path) : resolve(path)
  assertBackup(from)
  assertWritable(from, file)
  assertOther(from, file)
  const former = lock(file)
  const draft = draftOf(file)
  try {
    writeSnapshot({ from, draft, file, busyTimeoutMs })
    prepare(draft, { from, file, former })
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

interface Places {
  from: string
  file: string
  former: Database | undefined
}

/**
 * Migrates a draft, and moves the log of the former database into its file. The draft gets the owner of the database, because
 * root may be the one who restores.
 */
function prepare(draft: string, { from, file, former }: Places): void {
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

/**
 * Gives a database a second name, and takes away what SQLite would take for the log and the journal of the restored one.
 *
 * @param isLocked whether SQLite has read it, so that nothing is left in a journal
 */
function setAside(file: string, isLocked: boolean): string | undefined {
  const aside = asideNameOf(file)
  const isThere = existsSync(file)
  if (isThere && !existsSync(aside)) keep(file, aside)
  if (isLocked) rmSync(`${file}-journal`, { force: true })
  for (const suffix of ['-wal', '-journal']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix)
  }
  // It has nothing that is not in the log.
  rmSync(`${file}-shm`, { force: true })
  return isThere ? aside : undefined
}

function keep(file: string, aside: string): void {
  try {
    linkSync(file, aside)
  } catch (cause) {
    const message = `${file}: its file system gives it no second name to be kept under (${codeOf(cause)}): move it away first`
    throw new Error(message, { cause })
  }
}

/** The same as before where the last run was killed when it had given the name. */
function asideNameOf(file: string): string {
  const prefix = `${file}.replaced-`
  const ino = statSync(file, { throwIfNoEntry: false })?.ino
  const names = readdirSync(dirname(file)).map((name) => join(dirname(file), name))
  const given = names.find((name) => name.startsWith(prefix) && statSync(name).ino === ino)
  return given ?? prefix + new Date().toISOString().replace(/[:.]/g, '-')
}

/** Removes drafts of runs that were killed. */
function removeDrafts(file: string): void {
  for (const name of readdirSync(dirname(file))) {
    if (isDraftOf(file, name)) rmSync(join(dirname(file), name), { force: true })
  }
}
