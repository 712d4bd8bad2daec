import type { Database } from 'better-sqlite3'
import type { MessageRecord, Table } from '../transfer.js'
import { createTable, onConflict } from './table.js'

interface MessageRow extends Omit<MessageRecord, 'isFromA' | 'sent'> {
  dialog: number
  isFromA: 0 | 1
  /** Number of messages that `a` has sent, this one included. */
  sentByA: number
}

export function createMessageTable(database: Database): Table<MessageRecord> {
  const columns = ['version', '_id', 'isFromA', 'date', 'text']
  const insertClientMessageId = database.prepare<[object]>(`
    INSERT INTO clientMessageIds (senderId, clientMessageId, dialog, seq)
    SELECT iif(:isFromA, a, b), :clientMessageId, dialog, :seq FROM dialogs WHERE a = :a AND b = :b
    ${onConflict(['senderId', 'clientMessageId'], ['dialog', 'seq'])}`)
  const toParameters = (message: MessageRecord) => ({ ...message, isFromA: Number(message.isFromA) })

  return createTable<MessageRow, MessageRecord>(database, {
    name: 'messages',
    // No index has the order of messages, so the ids are sorted once, in a temporary file.
    beforePages: `
      CREATE TEMP TABLE clientMessageIdsInOrder (
        dialog INTEGER, seq INTEGER, clientMessageId TEXT, PRIMARY KEY (dialog, seq)
      ) WITHOUT ROWID;
      INSERT INTO clientMessageIdsInOrder SELECT dialog, seq, clientMessageId FROM clientMessageIds ORDER BY dialog, seq`,
    // The key holds the count of its dialog, so that no page counts earlier messages. The last message takes the position of its
    // dialog as its version, because its own version is 0 if the first schema stored it.
    page: `
      SELECT p.dialog, p.seq, iif(p.seq = d.lastSeq, d.position, p.version) AS version, p._id, p.isFromA, p.date, p.text,
        d._id AS dialogId, d.a, d.b, c.clientMessageId, 1 AS revision,
        sum(p.isFromA) OVER (PARTITION BY p.dialog ORDER BY p.seq) + iif(p.dialog = :dialog, :sentByA, 0) AS sentByA
      FROM (
        SELECT * FROM messages
        WHERE (dialog, seq) > (:dialog, :seq) ORDER BY dialog, seq LIMIT :limit
      ) p
      CROSS JOIN dialogs d USING (dialog)
      LEFT JOIN clientMessageIdsInOrder c USING (dialog, seq)
      ORDER BY p.dialog, p.seq`,
    start: { dialog: 0, seq: 0, sentByA: 0 },
    insert: `
      INSERT INTO messages (dialog, seq, ${columns})
      SELECT dialog, :seq, ${columns.map((column) => `:${column}`)} FROM dialogs WHERE a = :a AND b = :b
      ${onConflict(['dialog', 'seq'], columns)}`,
    toRecord: ({ dialog, sentByA, ...row }) => {
      const isFromA = row.isFromA === 1
      return { ...row, isFromA, sent: isFromA ? sentByA : row.seq - sentByA }
    },
    toParameters,
    onInserted(message) {
      if (message.clientMessageId !== null) insertClientMessageId.run(toParameters(message))
    }
  })
}
