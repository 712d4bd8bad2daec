import type { Database } from 'better-sqlite3'
import type { SelfInfo } from '../../schemas/user.js'
import type { Store, StoredDialog } from '../store.js'
import type { GroupCommit } from './groupCommit.js'
import { type MessageRow, messageColumns, toMessage } from './messages.js'
import { pairOf } from './pair.js'

interface DialogRow extends MessageRow, Omit<SelfInfo, '_id'> {
  dialogId: string
  peerId: string
  readSeqA: number
  readSeqB: number
  unreadA: number
  unreadB: number
}

interface Marks {
  dialog: number
  lastSeq: number
  unread: number
}

type Dialogs = Pick<Store, 'listDialogs' | 'listContactIds' | 'markAsRead'>

export function createDialogs(database: Database, { write }: GroupCommit): Dialogs {
  // Both arms come from an index in the order of position, and are merged only as far as the slice goes.
  const slice = database.prepare<[object], DialogRow>(`
    SELECT ${messageColumns}, d._id AS dialogId, d.readSeqA, d.readSeqB, d.unreadA, d.unreadB,
      u._id AS peerId, u.tag, u.firstName, u.lastName, u.img
    FROM (
      SELECT dialog, position, b AS peerId FROM dialogs WHERE a = :userId
      UNION ALL
      SELECT dialog, position, a FROM dialogs WHERE b = :userId
      ORDER BY position DESC LIMIT :endIndex - :startIndex OFFSET :startIndex
    ) s
    JOIN dialogs d USING (dialog)
    JOIN messages m ON m.dialog = d.dialog AND m.seq = d.lastSeq
    JOIN users u ON u._id = s.peerId
    ORDER BY s.position DESC`)
  const contactIds = database
    .prepare<[object], string>(
      'SELECT b FROM dialogs WHERE a = :userId UNION ALL SELECT a FROM dialogs WHERE b = :userId'
    )
    .pluck()
  const marksOf = (own: 'A' | 'B') => ({
    find: database.prepare<[object], Marks>(
      `SELECT dialog, lastSeq, unread${own} AS unread FROM dialogs WHERE a = :a AND b = :b`
    ),
    move: database.prepare(`UPDATE dialogs SET readSeq${own} = lastSeq, unread${own} = 0 WHERE dialog = ?`)
  })
  const [marksOfA, marksOfB] = [marksOf('A'), marksOf('B')]

  return {
    async listDialogs(userId, startIndex, endIndex) {
      return slice.all({ userId, startIndex, endIndex }).map((row) => toDialog(row, userId))
    },

    listContactIds: async (userId) => contactIds.all({ userId }),

    markAsRead: (readerId, peerId) =>
      write(() => {
        const { a, b, isUserA } = pairOf(readerId, peerId)
        const { find, move } = isUserA ? marksOfA : marksOfB
        const marks = find.get({ a, b })
        if (!marks) return { readCount: 0, upToSeq: 0 }
        if (marks.unread > 0) move.run(marks.dialog)
        return { readCount: marks.unread, upToSeq: marks.lastSeq }
      })
  }
}

function toDialog(row: DialogRow, userId: string): StoredDialog {
  const { peerId, tag, firstName, lastName, img } = row
  const ofA = { readSeq: row.readSeqA, unread: row.unreadA }
  const ofB = { readSeq: row.readSeqB, unread: row.unreadB }
  const [own, others] = userId === row.a ? [ofA, ofB] : [ofB, ofA]
  return {
    _id: row.dialogId,
    peer: { _id: peerId, tag, firstName, lastName, img },
    lastMessage: toMessage(row),
    readSeq: own.readSeq,
    peerReadSeq: others.readSeq,
    unreadIncoming: own.unread,
    unreadOutgoing: others.unread
  }
}
