import { loadSecret } from '../../secret.js'
import type { CommitObserver, Store } from '../store.js'
import { createCheckpoints } from './checkpoints.js'
import { createCursors } from './cursors.js'
import { openDatabase, type Sync, secretFileOf } from './database.js'
import { createDialogs } from './dialogs.js'
import { createGroupCommit } from './groupCommit.js'
import { createHeads } from './heads.js'
import { createIdentities } from './identities.js'
import { createImages } from './images.js'
import { createReadMarks } from './marks.js'
import { createMessages } from './messages.js'
import { createSessions } from './sessions.js'
import { assertFinished } from './unfinishedCopy.js'
import { createUpdates } from './updates.js'
import { createUserSearch } from './userSearch.js'
import { createUsers } from './users.js'
import { createVersions } from './versions.js'

export interface SqliteOptions extends CommitObserver {
  /** How long a call waits for a lock of another process. */
  busyTimeoutMs: number
  /** So many pages in the write-ahead log, and a checkpoint is made. */
  maxLogPages: number
  /** `FULL` when absent. */
  sync?: Sync
}

/**
 * Opens the store in one SQLite file, made when it is not there.
 *
 * @throws {Error} when the file is no database, is locked, has been written by a newer program, or is an unfinished copy
 */
export function openSqliteStore(file: string, options: SqliteOptions): Store {
  const { busyTimeoutMs, maxLogPages, sync = 'FULL', onCommit } = options
  const database = openDatabase(file, { busyTimeoutMs, sync }, assertFinished)
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
    onCommitted(writes, durationMs) {
      checkpoints.onCommitted()
      onCommit?.(writes, durationMs)
    }
  })
  return {
    ...createUsers(database, commits, versions, identities),
    ...createUserSearch(database),
    ...createMessages(database, commits, { versions, heads, identities }),
    ...createDialogs(database),
    ...createReadMarks(database, commits, versions),
    ...createUpdates(database, versions, createCursors(database, versions)),
    ...createSessions(database, commits),
    ...createImages(database, commits),
    loadSecret: async () => loadSecret(secretFileOf(file)),
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
