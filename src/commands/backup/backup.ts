import { existsSync, realpathSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { secretFileOf } from '../../store/sqlite/database.js'
import { readArguments } from '../arguments.js'
import { readDatabase } from '../settings.js'
import { assertAbsent, draftOf, publish, writeSnapshot } from './snapshot.js'

interface Backup {
  /** The database. */
  file: string
  /** The new file. */
  to: string
  busyTimeoutMs: number
}

export const backupUsage = 'messenger-server backup FILE'

/**
 * `messenger-server backup FILE`: writes a backup of the SQLite database, which a server may use meanwhile.
 *
 * @throws {Error} that says what is wrong
 */
export async function backup(args: string[], print: (line: string) => void): Promise<void> {
  const [to] = readArguments(args, backupUsage, 1).positionals as [string]
  const { file, busyTimeoutMs } = readDatabase('mongodump')
  backUp({ file, to, busyTimeoutMs })
  print(`${to} is a backup of ${file} (${statSync(to).size} bytes).`)
}

/**
 * Writes a backup. The file appears under its name when it is complete.
 *
 * @throws {Error} that names the file at fault; nothing is left then
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

/** @throws {Error} when a file is the database or one of its companions */
function assertApart(to: string, file: string): void {
  const own = realpathSync(file)
  const companions = ['', '-wal', '-shm', '-journal'].map((suffix) => own + suffix)
  const taken = [...companions, secretFileOf(file), secretFileOf(own)].map(realNameOf)
  if (taken.includes(realNameOf(to))) throw new Error(`${to}: the database uses this name: choose another one`)
}

/** Returns the path of a file, which may not exist, with the links among its folders resolved. */
function realNameOf(file: string): string {
  const folder = dirname(file)
  return join(existsSync(folder) ? realpathSync(folder) : folder, basename(file))
}
