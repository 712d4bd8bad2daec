import type { Database } from 'better-sqlite3'
import { AppError } from '../../errors.js'
import type { Store, StoredProfile } from '../store.js'
import { type DialogRow, dialogColumns, toDialog } from './dialogs.js'
import { type MessageRow, messageColumns, toMessage } from './messages.js'
import { profileColumns } from './users.js'
import type { Versions } from './versions.js'

interface Change {
  dialog: number
  version: number
}

type MessageChange = MessageRow & Change

interface ChangedDialogRow extends DialogRow {
  isPeerChanged: 0 | 1
}

type Updates = Pick<Store, 'newestCursor' | 'listUpdates'>

/** A cursor is the version of the newest change that its owner knows; the changes after it come in the order of versions. */
export function createUpdates(database: Database, versions: Versions): Updates {
  const newMessages = prepareNewMessages(database)
  const changedDialogs = database.prepare<[object], Change>(`
    SELECT dialog, changedA AS version FROM dialogs WHERE a = :userId AND changedA > :since
    UNION ALL
    SELECT dialog, changedB FROM dialogs WHERE b = :userId AND changedB > :since
    ORDER BY version LIMIT :limit`)
  const dialogById = database.prepare<[object], ChangedDialogRow>(`
    SELECT ${dialogColumns}, u.changed > :since AS isPeerChanged
    FROM dialogs d
    JOIN messages m ON m.dialog = d.dialog AND m.seq = d.lastSeq
    JOIN users u ON u._id = iif(d.a = :userId, d.b, d.a)
    WHERE d.dialog = :dialog`)
  const changedSelf = database.prepare<[object], StoredProfile>(
    `SELECT ${profileColumns} FROM users WHERE _id = :userId AND changed > :since`
  )

  // In one transaction, so that another process changes nothing between the queries.
  const listAfter = database.transaction((userId: string, since: number, limit: number) => {
    const query = { userId, since, limit: limit + 1 }
    const changes: Change[] = [...newMessages.all(query), ...changedDialogs.all(query)]
    const page = changes.sort((one, other) => one.version - other.version).slice(0, limit)
    const hasMore = changes.length > limit
    const cursor = hasMore ? (page.at(-1) as Change).version : versions.newest()

    const ids = new Set(page.map(({ dialog }) => dialog))
    const rows = Array.from(ids, (dialog) => dialogById.get({ userId, since, dialog }) as ChangedDialogRow)
    const dialogs = rows.map((row) => toDialog(row, userId))
    const peers = dialogs.map(({ peer }) => peer).filter((_, index) => rows[index]?.isPeerChanged)
    const users = [...changedSelf.all({ userId, since }), ...peers]
    return { messages: page.filter(isMessage).map(toMessage), dialogs, users, cursor: toCursor(cursor), hasMore }
  })

  return {
    newestCursor: async () => toCursor(versions.newest()),

    async listUpdates(userId, cursor, limit) {
      const since = /^\d{1,15}$/.test(cursor) ? Number(cursor) : Number.POSITIVE_INFINITY
      if (since > versions.newest()) {
        throw new AppError('invalidParams', 'is no cursor of this server: load everything anew', { path: '/cursor' })
      }
      return listAfter(userId, since, limit)
    }
  }
}

const toCursor = (version: number) => String(version)

function isMessage(change: Change): change is MessageChange {
  return 'text' in change
}

/** New messages of all dialogs of a user, in the order of their versions; they cost what is new, not what there is. */
function prepareNewMessages(database: Database) {
  return database.prepare<[object], MessageChange>(`
    WITH RECURSIVE
    -- Versions of a dialog grow with seq: halving finds where the new ones begin.
    halves (dialog, known, new) AS (
      SELECT dialog, 0, lastSeq FROM dialogs WHERE a = :userId AND position > :since
      UNION ALL
      SELECT dialog, 0, lastSeq FROM dialogs WHERE b = :userId AND position > :since
      UNION ALL
      SELECT h.dialog, iif(m.version > :since, h.known, m.seq), iif(m.version > :since, m.seq, h.new)
      FROM halves h JOIN messages m ON m.dialog = h.dialog AND m.seq = (h.known + h.new) / 2
      WHERE h.new > h.known + 1
    ),
    -- SQLite takes the rows out of this queue in its order, and puts the next message of the same dialog in.
    queue (version, dialog, seq) AS (
      SELECT m.version, m.dialog, m.seq
      FROM halves h JOIN messages m ON m.dialog = h.dialog AND m.seq = h.new
      WHERE h.new = h.known + 1
      UNION ALL
      SELECT m.version, m.dialog, m.seq
      FROM queue q JOIN messages m ON m.dialog = q.dialog AND m.seq = q.seq + 1
      ORDER BY 1 LIMIT :limit
    )
    SELECT ${messageColumns}, q.dialog, q.version
    FROM queue q JOIN dialogs d USING (dialog) JOIN messages m USING (dialog, seq)`)
}
