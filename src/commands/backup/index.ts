import { statSync } from 'node:fs'
import { readArguments } from '../arguments.js'
import { readDatabase } from '../settings.js'
import { backUp } from './backup.js'

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

export const backupUsage = 'messenger-server backup FILE'
