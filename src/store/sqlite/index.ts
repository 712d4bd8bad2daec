import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Database } from 'better-sqlite3'
import { loadSecret } from '../../secret.js'
import type { Store } from '../store.js'
import { createCheckpoints } from './checkpoints.js'
import { createCursors } from './cursors.js'
import { createDialogs } from './dialogs.js'
import { driver } from './driver.js'
import { createGroupCommit } from './groupCommit.js'
import { createHeads } from './heads.js'
import { createIdentities } from './identities.js'
import { createImages } from './images.js'
import { createReadMarks } from './marks.js'
import { createMessages } from './messages.js'
import { migrate } from './migrations.js'
import { createUpdates } from './updates.js'
import { createUserSearch } from './userSearch.js'
import { createUsers } from './users.js'
import { createVersions } from './versions.js'

const durability = [
  ['journal_mode', 'WAL', 'wal'],
  ['synchronous', 'FULL', 2],
  ['foreign_keys', 'ON', 1]
] as const

export interface SqliteOptions {
  /** How long a call waits for a lock of another process. */
  busyTimeoutMs: number
  /** So many pages in the write-ahead log, and a checkpoint is made. */
  maxLogPages: number
}

/**
 * Opens the store in one SQLite file, made when it is not there.
 *
 * @throws {Error} when the file is no database, is locked, or has been written by a newer program
 */
export function openSqliteStore(file: string, { busyTimeoutMs, maxLogPages }: SqliteOptions): Store {
  const database = openDatabase(file, busyTimeoutMs)
  const versions = createVersions(database)
  const heads = createHeads(database)
  const identities = createIdentities(database)
  const checkpoints = createCheckpoints(database, maxLogPages)
  const commits = createGroupCommit(database, {
    onStale() {
      versions.forget()
      heads.forget()
      identities.forget()
    },
    onWritten: versions.save,
    onCommitted: checkpoints.onCommitted
  })
  return {
    ...createUsers(database, commits, versions, identities),
    ...createUserSearch(database),
    ...createMessages(database, commits, { versions, heads, identities }),
    ...createDialogs(database),
    ...createReadMarks(database, commits, versions),
    ...createUpdates(database, versions, createCursors(database, versions)),
    ...createImages(database, commits),
    // Beside the file and not in it, so that a copy of the file lets nobody sign.
    loadSecret: async () => loadSecret(join(dirname(file), 'jwt.key')),
    async close() {
      if (!database.open) return
      commits.flush()
      await checkpoints.close()
      commits.flush()
      try {
        // Also where another process has the file open: nothing is left for the next start to recover. It waits for nobody.
        database.pragma('busy_timeout = 0')
        database.pragma('wal_checkpoint(TRUNCATE)')
      } finally {
        database.close()
      }
    }
  }
}

function openDatabase(file: string, busyTimeoutMs: number): Database {
  let database: Database | undefined
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    database = new driver(file, { timeout: busyTimeoutMs })
    makeDurable(database)
    migrate(database)
    return database
  } catch (error) {
    database?.close()
    throw new Error(`${file}: ${(error as Error).message}`, { cause: error })
  }
}

/**
 * A commit is on the disk when it returns. Set on every open, because better-sqlite3 is built to fall back to
 * `synchronous=NORMAL` on a file that is already in WAL mode, where a power cut may undo commits.
 */
function makeDurable(database: Database): void {
  for (const [pragma, wish, outcome] of durability) {
    database.pragma(`${pragma} = ${wish}`)
    const actual = database.pragma(pragma, { simple: true })
    if (actual !== outcome) throw new Error(`needs ${pragma}=${wish}, SQLite says ${actual}`)
  }
}
