import type { Database } from 'better-sqlite3'
import type { StoredProfile } from '../../records.js'
import type { UpdateStore } from '../../store.js'
import { prepareRows } from '../rows.js'
import { profileColumns } from '../users/users.js'
import { createCursors } from './cursors.js'
import { type DialogRow, dialogColumns, toDialog } from './dialogs.js'
import { type MessageRow, messageColumns, toMessage } from './messages.js'
import type { Versions } from './versions.js'

interface Change {
  version: number
}

type MessageChange = Change & MessageRow & { dialog: number }
type MarkChange = Change & { dialog: number }
type PeerChange = Change & StoredProfile

/** Lists the changes after a cursor, in the order of their versions. */
export function createUpdates(database: Database, versions: Versions): UpdateStore {
  const { toCursor, toVersion } = createCursors(database, versions)
  const newMessages = prepareNewMessages(database)
  const movedMarks = database.prepare<[object], MarkChange>(`
    SELECT dialog, marked AS version FROM dialogs WHERE a = :userId AND marked > :since
    UNION ALL
    SELECT dialog, marked FROM dialogs WHERE b = :userId AND marked > :since
    ORDER BY version LIMIT :limit`)
  const changedPeers = database.prepare<[object], PeerChange>(`
    SELECT d.changedB AS version, ${profileColumns} FROM dialogs d JOIN users u ON u._id = d.b
    WHERE d.a = :userId AND d.changedB > :since
    UNION ALL
    SELECT d.changedA, ${profileColumns} FROM dialogs d JOIN users u ON u._id = d.a
    WHERE d.b = :userId AND d.changedA > :since
    ORDER BY version LIMIT :limit`)
  const changedSelf = database.prepare<[object], PeerChange>(
    `SELECT changed AS version, ${profileColumns} FROM users u WHERE _id = :userId AND changed > :since`
  )
  const dialogById = database.prepare<[object], DialogRow>(`
    SELECT ${dialogColumns}
    FROM dialogs d
    JOIN messages m ON m.dialog = d.dialog AND m.seq = d.lastSeq
    JOIN users u ON u._id = iif(d.a = :userId, d.b, d.a)
    WHERE d.dialog = :dialog`)

  // One transaction holds all queries, so that another process changes nothing between them.
  const listAfter = database.transaction((userId: string, since: number, limit: number) => {
    const query = { userId, since, limit: limit + 1 }
    const messages = newMessages(query)
    const marks = movedMarks.all(query)
    const users = [...changedPeers.all(query), ...changedSelf.all({ userId, since })]

    const inOrder = [...messages, ...marks, ...users].map(({ version }) => version).sort((one, other) => one - other)
    const hasMore = inOrder.length > limit
    const until = hasMore ? (inOrder[limit - 1] as number) : versions.newest()
    const isOnPage = ({ version }: Change) => version <= until

    const page = messages.filter(isOnPage)
    const dialogs = new Set([...page, ...marks.filter(isOnPage)].map(({ dialog }) => dialog))
    return {
      messages: page.map(toMessage),
      dialogs: Array.from(dialogs, (dialog) => toDialog(dialogById.get({ userId, dialog }) as DialogRow, userId)),
      users: users.filter(isOnPage).map(({ version, ...profile }) => profile),
      cursor: toCursor(until),
      hasMore
    }
  })

  return {
    newestCursor: async () => toCursor(versions.newest()),
    list: async (userId, cursor, limit) => listAfter(userId, toVersion(cursor), limit)
  }
}

/** Prepares the query for new messages of all dialogs of a user, in the order of versions. Its cost depends on new messages alone. */
function prepareNewMessages(database: Database) {
  return prepareRows<MessageChange>(
    database,
    `
    WITH RECURSIVE
    -- Versions of a dialog grow with seq, so halving finds the first new message.
    halves (dialog, known, new) AS (
      SELECT dialog, 0, lastSeq FROM dialogs WHERE a = :userId AND position > :since
      UNION ALL
      SELECT dialog, 0, lastSeq FROM dialogs WHERE b = :userId AND position > :since
      UNION ALL
      SELECT h.dialog, iif(m.version > :since, h.known, m.seq), iif(m.version > :since, m.seq, h.new)
      FROM halves h JOIN messages m ON m.dialog = h.dialog AND m.seq = (h.known + h.new) / 2
      WHERE h.new > h.known + 1
    ),
    -- SQLite takes rows out of this queue in its order, and adds the next message of the same dialog.
    queue (version, dialog, seq) AS (
      SELECT m.version, m.dialog, m.seq
      FROM halves h JOIN messages m ON m.dialog = h.dialog AND m.seq = h.new
      WHERE h.new = h.known + 1 AND m.version > :since
      UNION ALL
      SELECT m.version, m.dialog, m.seq
      FROM queue q JOIN messages m ON m.dialog = q.dialog AND m.seq = q.seq + 1
      ORDER BY 1 LIMIT :limit
    )
    SELECT ${messageColumns}, q.dialog, q.version
    FROM queue q JOIN dialogs d USING (dialog) JOIN messages m USING (dialog, seq)`
  )
}
