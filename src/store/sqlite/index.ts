import { loadSecret } from '../secret.js'
import type { Store, StoreObserver } from '../store.js'
import { createCheckpoints } from './checkpoints.js'
import { openDatabase, type Sync, secretFileOf } from './database.js'
import { createGroupCommit } from './groupCommit.js'
import { createCursors } from './messages/cursors.js'
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
    updates: createUpdates(database, versions, createCursors(database, versions)),
    sessions: createSessions(database, commits),
    images: createImages(database, commits),
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
