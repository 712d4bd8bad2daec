import type { Database } from 'better-sqlite3'
import type { StoredDialog, StoredProfile } from '../../records.js'
import type { DialogStore } from '../../store.js'
import { prepareRows } from '../rows.js'
import { type MessageRow, messageColumns, toMessage } from './messages.js'

export interface DialogRow extends MessageRow, Omit<StoredProfile, '_id'> {
  dialogId: string
  peerId: string
  readSeqA: number
  readSeqB: number
  unreadA: number
  unreadB: number
}

/** The columns of a DialogRow, of a dialog `d`, its last message `m` and the other user `u`. */
export const dialogColumns = `
  ${messageColumns}, d._id AS dialogId, d.readSeqA, d.readSeqB, d.unreadA, d.unreadB,
  u._id AS peerId, u.tag, u.firstName, u.lastName, u.img, u.lastSeen`

export function toDialog(row: DialogRow, userId: string): StoredDialog {
  const { peerId, tag, firstName, lastName, img, lastSeen } = row
  const ofA = { readSeq: row.readSeqA, unread: row.unreadA }
  const ofB = { readSeq: row.readSeqB, unread: row.unreadB }
  const [own, others] = userId === row.a ? [ofA, ofB] : [ofB, ofA]
  return {
    _id: row.dialogId,
    peer: { _id: peerId, tag, firstName, lastName, img, lastSeen },
    lastMessage: toMessage(row),
    readSeq: own.readSeq,
    peerReadSeq: others.readSeq,
    unreadIncoming: own.unread,
    unreadOutgoing: others.unread
  }
}

export function createDialogs(database: Database): Pick<DialogStore, 'list' | 'listContactIds'> {
  // An index returns both parts in the order of position, and SQLite merges them only up to the end of the slice.
  const slice = prepareRows<DialogRow>(
    database,
    `
    SELECT ${dialogColumns}
    FROM (
      SELECT dialog, position, b AS peerId FROM dialogs WHERE a = :userId
      UNION ALL
      SELECT dialog, position, a FROM dialogs WHERE b = :userId
      ORDER BY position DESC LIMIT :endIndex - :startIndex OFFSET :startIndex
    ) s
    JOIN dialogs d USING (dialog)
    JOIN messages m ON m.dialog = d.dialog AND m.seq = d.lastSeq
    JOIN users u ON u._id = s.peerId
    ORDER BY s.position DESC`
  )
  const contactIds = database
    .prepare<[object], string>(
      'SELECT b FROM dialogs WHERE a = :userId UNION ALL SELECT a FROM dialogs WHERE b = :userId'
    )
    .pluck()

  return {
    async list(userId, startIndex, endIndex) {
      return slice({ userId, startIndex, endIndex }).map((row) => toDialog(row, userId))
    },

    listContactIds: async (userId) => contactIds.all({ userId })
  }
}
