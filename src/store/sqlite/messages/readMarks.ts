import type { Database } from 'better-sqlite3'
import { pairOf } from '../../pair.js'
import type { DialogStore } from '../../store.js'
import type { GroupCommit } from '../groupCommit.js'
import type { Versions } from './versions.js'

interface Marks {
  dialog: number
  lastSeq: number
  readSeq: number
  unread: number
}

const noMarks: Marks = { dialog: 0, lastSeq: 0, readSeq: 0, unread: 0 }

export function createReadMarks(
  database: Database,
  { write }: GroupCommit,
  versions: Versions
): Pick<DialogStore, 'markAsRead'> {
  const countMessages = database
    .prepare<[object], number>(
      'SELECT count(*) FROM messages WHERE dialog = :dialog AND seq > :fromSeq AND seq <= :toSeq AND isFromA = :isFromA'
    )
    .pluck()
  const marksOf = (own: 'A' | 'B') => ({
    find: database.prepare<[object], Marks>(
      `SELECT dialog, lastSeq, readSeq${own} AS readSeq, unread${own} AS unread FROM dialogs WHERE a = :a AND b = :b`
    ),
    move: database.prepare(`
      UPDATE dialogs
      SET readSeq${own} = :upToSeq, unread${own} = :unreadCount, marked = :version
      WHERE dialog = :dialog`)
  })
  const [marksOfA, marksOfB] = [marksOf('A'), marksOf('B')]

  /** Counts on the shorter side of the new mark. Messages before a mark are never counted again. */
  function countUnread({ dialog, lastSeq, readSeq, unread }: Marks, upToSeq: number, isReaderA: boolean): number {
    const count = (fromSeq: number, toSeq: number) =>
      countMessages.get({ dialog, fromSeq, toSeq, isFromA: Number(!isReaderA) }) as number
    return lastSeq - upToSeq < upToSeq - readSeq ? count(upToSeq, lastSeq) : unread - count(readSeq, upToSeq)
  }

  return {
    markAsRead: (readerId, peerId, wantedSeq = Number.MAX_SAFE_INTEGER) =>
      write(() => {
        const { a, b, isUserA } = pairOf(readerId, peerId)
        const { find, move } = isUserA ? marksOfA : marksOfB
        const marks = find.get({ a, b }) ?? noMarks
        const { dialog, lastSeq, readSeq, unread } = marks
        const upToSeq = Math.min(wantedSeq, lastSeq)
        if (unread === 0 || upToSeq <= readSeq) return { hasMoved: false, unreadCount: unread, upToSeq: readSeq }
        const unreadCount = countUnread(marks, upToSeq, isUserA)
        move.run({ dialog, upToSeq, unreadCount, version: versions.next() })
        return { hasMoved: true, unreadCount, upToSeq }
      })
  }
}
