import { loadSecret } from '../secret.js'
import type { Store, StoreObserver } from '../store.js'
import { createCheckpoints } from './checkpoints.js'
import { openDatabase, type Sync, secretFileOf } from './database.js'
import { createGroupCommit } from './groupCommit.js'
import { createDialogs } from './messages/dialogs.js'
import { createDialogTails } from './messages/dialogTails.js'
import { createMessages } from './messages/messages.js'
import { createReadMarks } from './messages/readMarks.js'
import { createUpdates } from './messages/updates.js'
import { createVersions } from './messages/versions.js'
import { assertFinished } from './unfinishedCopy.js'
import { createIdentities } from './users/identities.js'
import { createImages } from './users/images.js'
import { createSessions } from './users/sessions.js'
import { createUserSearch } from './users/userSearch.js'
import { createUsers } from './users/users.js'

export interface SqliteOptions extends StoreObserver {
  /** Maximum time that a call waits for a lock of another process, in milliseconds. */
  busyTimeoutMs: number
  /** Number of pages in the write-ahead log at which a checkpoint is made. */
  maxLogPages: number
  /** `FULL` when absent. */
  sync?: Sync
}

/**
 * Opens the store in one SQLite file, and creates the file if it does not exist.
 *
 * @throws {Error} when the file is not a database, is locked, comes from a newer program, or is an unfinished copy
 */
export function openSqliteStore(file: string, options: SqliteOptions): Store {
  const { busyTimeoutMs, maxLogPages, sync = 'FULL', onCommit, onMessage } = options
  const database = openDatabase(file, { busyTimeoutMs, sync }, assertFinished)
  const versions = createVersions(database)
  const tails = createDialogTails(database)
  const identities = createIdentities(database)
  const checkpoints = createCheckpoints(database, maxLogPages)
  const commits = createGroupCommit(database, {
    onStale() {
      versions.forget()
      tails.forget()
      identities.forget()
    },
    onWritten: versions.save,
    onCommitted(writes, durationMs) {
      checkpoints.onCommitted()
      onCommit?.(writes, durationMs)
    }
  })
  return {
    users: { ...createUsers(database, commits, versions, identities), ...createUserSearch(database) },
    messages: createMessages(database, commits, { versions, tails, identities, onMessage }),
    dialogs: { ...createDialogs(database), ...createReadMarks(database, commits, versions) },
    updates: createUpdates(database, versions),
    sessions: createSessions(database, commits),
    images: createImages(database, commits),
    loadSecret: async () => loadSecret(secretFileOf(file)),
    async close() {
      if (!database.open) return
      commits.flush()
      await checkpoints.close()
      commits.flush()
      try {
        // The next start has nothing to recover, even if another process has the file open. The checkpoint does not wait for it.
        database.pragma('busy_timeout = 0')
        database.pragma('wal_checkpoint(TRUNCATE)')
      } finally {
        database.close()
      }
    }
  }
}
