import { existsSync, realpathSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { secretFileOf } from '../../store/sqlite/database.js'
import { assertAbsent, draftOf, publish, writeSnapshot } from './snapshot.js'

interface Backup {
  /** The database. */
  file: string
  /** The new file. */
  to: string
  busyTimeoutMs: number
}

/** Files that belong to a database, by what follows its name. */
const companions = ['-wal', '-shm', '-journal']

/**
 * Writes a backup of a database, which a server may use meanwhile. The file appears under its name when it is whole.
 *
 * @throws {Error} that names the file that is at fault; nothing is left then
 */
export function backUp({ file, to, busyTimeoutMs }: Backup): void {
  if (!existsSync(file) || !statSync(file).isFile()) throw new Error(`${file}: there is no database yet`)
  assertApart(to, file)
  assertAbsent(to)
  const draft = draftOf(to)
  writeSnapshot({ from: file, draft, file: to, busyTimeoutMs })
  try {
    publish(draft, to)
  } finally {
    rmSync(draft, { force: true })
  }
}

/** @throws {Error} when a file is the database, or one that belongs to it */
function assertApart(to: string, file: string): void {
  const own = realpathSync(file)
  const taken = [own, ...companions.map((suffix) => own + suffix), secretFileOf(file), secretFileOf(own)].map(
    realNameOf
  )
  if (taken.includes(realNameOf(to))) throw new Error(`${to}: the database uses this name: choose another one`)
}

/** The path of a file that may not be there, without links among its folders. */
function realNameOf(file: string): string {
  const folder = dirname(file)
  return join(existsSync(folder) ? realpathSync(folder) : folder, basename(file))
}
