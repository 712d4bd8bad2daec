import { existsSync, linkSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Database } from 'better-sqlite3'
import { driver } from '../../store/sqlite/driver.js'
import { codeOf, explain, isDamage } from '../../store/sqlite/explain.js'

/**
 * Locks the former database until it is closed. A server that starts meanwhile waits, and then finds the file replaced.
 *
 * @returns undefined where SQLite cannot read anything
 * @throws {Error} when another process uses it
 */
export function lock(file: string): Database | undefined {
  // SQLite would delete the log of an empty file.
  if (!statSync(file, { throwIfNoEntry: false })?.size) return undefined
  try {
    return openLocked(file)
  } catch (error) {
    if (isDamage(error)) return undefined
    if (!codeOf(error).startsWith('SQLITE_BUSY')) throw new Error(`${file}: ${explain(error)}`, { cause: error })
    throw new Error(`${file}: a server or another command uses it: stop that first`, { cause: error })
  }
}

function openLocked(file: string): Database {
  const database = new driver(file, { timeout: 0 })
  try {
    database.pragma('locking_mode = EXCLUSIVE')
    database.exec('BEGIN EXCLUSIVE; COMMIT')
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/**
 * Gives the former database a second name, and moves its log and journal away, which SQLite would apply to the restored one.
 *
 * @param isLocked whether SQLite has read it, so that its journal is empty
 * @returns the second name; undefined without a database
 */
export function setAside(file: string, isLocked: boolean): string | undefined {
  const aside = asideNameOf(file)
  const isThere = existsSync(file)
  if (isThere && !existsSync(aside)) keep(file, aside)
  if (isLocked) rmSync(`${file}-journal`, { force: true })
  for (const suffix of ['-wal', '-journal']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix)
  }
  // The shared memory holds nothing that is not in the log.
  rmSync(`${file}-shm`, { force: true })
  return isThere ? aside : undefined
}

function keep(file: string, aside: string): void {
  try {
    linkSync(file, aside)
  } catch (cause) {
    const message = `${file}: its file system has no hard links, so the present database cannot be kept (${codeOf(cause)}): move it away first`
    throw new Error(message, { cause })
  }
}

/** Returns the second name: the former one if a killed run has already given it. */
function asideNameOf(file: string): string {
  const prefix = `${file}.replaced-`
  const ino = statSync(file, { throwIfNoEntry: false })?.ino
  const names = readdirSync(dirname(file)).map((name) => join(dirname(file), name))
  const given = names.find((name) => name.startsWith(prefix) && statSync(name).ino === ino)
  return given ?? prefix + new Date().toISOString().replace(/[:.]/g, '-')
}
