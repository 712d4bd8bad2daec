import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, linkSync, openSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { assertSound, assertStore, openToRead } from '../../store/sqlite/database.js'
import { driver } from '../../store/sqlite/driver.js'
import { codeOf, explain } from '../../store/sqlite/explain.js'

const drafts = /^\.[0-9a-f]{8}\.part(-journal)?$/

// Faults of a file's folder, by the code of the error.
const placeFaults: Record<string, string> = {
  ENOENT: 'its folder does not exist',
  EEXIST: 'its folder is a file',
  ENOTDIR: 'its folder is a file',
  EACCES: 'this user cannot write in its folder',
  EPERM: 'this user cannot write in its folder',
  EROFS: 'its disk is read-only',
  ENOSPC: 'there is not enough room on its disk',
  SQLITE_FULL: 'there is not enough room on its disk'
}

/** Returns a name for an unfinished file, in the folder of its final name. */
export function draftOf(file: string): string {
  return `${file}.${randomBytes(4).toString('hex')}.part`
}

/** Tells whether a name in the folder of a file belongs to one of its drafts. */
export function isDraftOf(file: string, name: string): boolean {
  const base = basename(file)
  return name.startsWith(base) && drafts.test(name.slice(base.length))
}

interface Snapshot {
  from: string
  /** A file that does not exist. It gets mode 0600, and is on the disk when the call returns. */
  draft: string
  /** The final name, for errors. */
  file: string
  busyTimeoutMs: number
}

/**
 * Writes the content of a database at one instant, with its write-ahead log, to a new file. A server may use the database.
 *
 * @throws {Error} that names the file at fault; the draft is removed then
 */
export function writeSnapshot({ from, draft, file, busyTimeoutMs }: Snapshot): void {
  try {
    closeSync(openSync(draft, 'wx', 0o600))
  } catch (error) {
    throw faultOf(error, from, file)
  }
  try {
    vacuumInto(from, draft, busyTimeoutMs)
    synchronize(draft)
  } catch (error) {
    rmSync(draft)
    throw faultOf(error, from, file)
  }
}

/** Returns an error that names the file at fault: the new one if its folder is to blame, else the one that is read. */
export function faultOf(cause: unknown, from: string, file: string): Error {
  const placeFault = placeFaults[codeOf(cause)]
  return new Error(placeFault === undefined ? `${from}: ${explain(cause)}` : `${file}: ${placeFault}`, { cause })
}

function vacuumInto(from: string, draft: string, busyTimeoutMs: number): void {
  // The source is opened read-only, so that neither a database nor a backup changes.
  const source = openToRead(resolve(from), busyTimeoutMs)
  try {
    assertStore(source)
    source.prepare('VACUUM INTO ?').run(resolve(draft))
  } finally {
    source.close()
  }
  const copy = new driver(resolve(draft), { readonly: true })
  try {
    assertSound(copy)
  } finally {
    copy.close()
  }
}

/**
 * Gives a draft its final name, and never replaces another file.
 *
 * @throws {Error} when there is such a file
 */
export function publish(draft: string, file: string): void {
  try {
    linkSync(draft, file)
  } catch {
    assertAbsent(file)
    // The file system has no hard links.
    renameSync(draft, file)
  }
  rmSync(draft, { force: true })
  synchronize(dirname(file))
}

export function assertAbsent(file: string): void {
  if (existsSync(file)) throw new Error(`${file}: it exists already, and is not overwritten`)
}

/** Waits until a file, or the names in a folder, are on the disk. */
export function synchronize(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
