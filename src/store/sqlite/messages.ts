import type { Database } from 'better-sqlite3'
import { ObjectId } from 'bson'
import { AppError } from '../../errors.js'
import type { NewMessage, Store, StoredMessage } from '../store.js'
import type { GroupCommit } from './groupCommit.js'
import { pairOf } from './pair.js'
import type { Versions } from './versions.js'

/** A message as a query gives it, with the pair of its dialog. */
export interface MessageRow {
  _id: string
  seq: number
  isFromA: 0 | 1
  date: number
  text: string
  isRead: 0 | 1
  a: string
  b: string
}

/** The columns of a MessageRow, of a message `m` in a dialog `d`. */
export const messageColumns = `
  m._id, m.seq, m.isFromA, m.date, m.text, d.a, d.b, m.seq <= iif(m.isFromA, d.readSeqB, d.readSeqA) AS isRead`

export function toMessage({ _id, seq, isFromA, date, text, isRead, a, b }: MessageRow): StoredMessage {
  const [senderId, receiverId] = isFromA ? [a, b] : [b, a]
  return { _id, seq, senderId, receiverId, date, text, isRead: isRead === 1 }
}

interface Appended {
  dialog: number
  seq: number
  date: number
}

type Messages = Pick<Store, 'addMessage' | 'listMessages' | 'listMessagesBySeq'>

export function createMessages(database: Database, { write }: GroupCommit, versions: Versions): Messages {
  const findKnown = prepareFindKnown(database)
  const append = prepareAppend(database, versions)
  // seq has no gaps, so a slice is a range of the clustered key, however deep it lies.
  const slice = database.prepare<[object], MessageRow>(`
    SELECT ${messageColumns} FROM dialogs d JOIN messages m USING (dialog)
    WHERE d.a = :a AND d.b = :b AND m.seq > d.lastSeq - :endIndex AND m.seq <= d.lastSeq - :startIndex
    ORDER BY m.seq DESC`)
  const range = database.prepare<[object], MessageRow>(`
    SELECT ${messageColumns} FROM dialogs d JOIN messages m USING (dialog)
    WHERE d.a = :a AND d.b = :b AND m.seq BETWEEN :fromSeq AND :toSeq
    ORDER BY m.seq`)

  return {
    addMessage: (message) =>
      write(() => {
        const known = message.clientMessageId === undefined ? undefined : findKnown(message)
        return { message: known ?? append(message), isDuplicate: known !== undefined }
      }),

    async listMessages(userId, peerId, startIndex, endIndex) {
      const { a, b } = pairOf(userId, peerId)
      return slice.all({ a, b, startIndex, endIndex }).map(toMessage)
    },

    async listMessagesBySeq(userId, peerId, fromSeq, toSeq) {
      const { a, b } = pairOf(userId, peerId)
      return range.all({ a, b, fromSeq, toSeq }).map(toMessage)
    }
  }
}

function prepareFindKnown(database: Database): (message: NewMessage) => StoredMessage | undefined {
  const byClientMessageId = database.prepare<[object], MessageRow>(`
    SELECT ${messageColumns}
    FROM clientMessageIds c JOIN dialogs d USING (dialog) JOIN messages m USING (dialog, seq)
    WHERE c.senderId = :senderId AND c.clientMessageId = :clientMessageId`)

  return ({ senderId, receiverId, text, clientMessageId }) => {
    const row = byClientMessageId.get({ senderId, clientMessageId })
    if (row && (row.text !== text || (row.a !== receiverId && row.b !== receiverId))) {
      throw new AppError('conflict', 'This clientMessageId belongs to another message.', { path: '/clientMessageId' })
    }
    return row && toMessage(row)
  }
}

function prepareAppend(database: Database, versions: Versions): (message: NewMessage) => StoredMessage {
  // A dialog has the _id of its first message.
  const advance = database.prepare<[object], Appended>(`
    INSERT INTO dialogs (_id, a, b, lastSeq, lastDate, position, readSeqA, readSeqB, unreadA, unreadB)
    VALUES (:_id, :a, :b, 1, :now, :version, 0, 0, 1 - :isFromA, :isFromA)
    ON CONFLICT (a, b) DO UPDATE SET
      lastSeq = lastSeq + 1,
      lastDate = max(lastDate, excluded.lastDate),
      position = excluded.position,
      unreadA = unreadA + excluded.unreadA,
      unreadB = unreadB + excluded.unreadB
    RETURNING dialog, lastSeq AS seq, lastDate AS date`)
  const insert = database.prepare(`
    INSERT INTO messages (dialog, seq, version, _id, isFromA, date, text)
    VALUES (:dialog, :seq, :version, :_id, :isFromA, :date, :text)`)
  const remember = database.prepare('INSERT INTO clientMessageIds VALUES (:senderId, :clientMessageId, :dialog, :seq)')

  return ({ senderId, receiverId, text, clientMessageId }) => {
    const { a, b, isUserA } = pairOf(senderId, receiverId)
    const _id = new ObjectId().toHexString()
    const isFromA = Number(isUserA)
    const version = versions.next()
    const { dialog, seq, date } = advance.get({ _id, a, b, isFromA, now: Date.now(), version }) as Appended
    insert.run({ dialog, seq, version, _id, isFromA, date, text })
    if (clientMessageId !== undefined) remember.run({ senderId, clientMessageId, dialog, seq })
    return { _id, senderId, receiverId, text, seq, date, isRead: false }
  }
}
