import { readArguments } from '../arguments.js'
import { readDatabase } from '../settings.js'
import { restore as restoreFile } from './restore.js'

/**
 * `messenger-server restore FILE`: puts a backup in the place of the SQLite database, which is kept under another name.
 *
 * @throws {Error} that says what is wrong
 */
export async function restore(args: string[], print: (line: string) => void): Promise<void> {
  const [from] = readArguments(args, restoreUsage, 1).positionals as [string]
  const { file, busyTimeoutMs } = readDatabase('mongorestore')
  const aside = restoreFile({ from, file, busyTimeoutMs })
  if (aside !== undefined) print(`The former database is kept as ${aside}`)
  print(`${file} is restored from ${from}.`)
}

export const restoreUsage = 'messenger-server restore FILE'
