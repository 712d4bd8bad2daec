import type { Database } from 'better-sqlite3'
import type { Store } from '../store.js'
import type { GroupCommit } from './groupCommit.js'
import { pairOf } from './pair.js'
import type { Versions } from './versions.js'

interface Marks {
  dialog: number
  lastSeq: number
  readSeq: number
  unread: number
}

type ReadMarks = Pick<Store, 'markAsRead'>

export function createReadMarks(database: Database, { write }: GroupCommit, versions: Versions): ReadMarks {
  const countMessages = database
    .prepare<[object], number>(
      'SELECT count(*) FROM messages WHERE dialog = :dialog AND seq > :readSeq AND seq <= :upToSeq AND isFromA = :isFromA'
    )
    .pluck()
  const marksOf = (own: 'A' | 'B') => ({
    find: database.prepare<[object], Marks>(
      `SELECT dialog, lastSeq, readSeq${own} AS readSeq, unread${own} AS unread FROM dialogs WHERE a = :a AND b = :b`
    ),
    move: database.prepare(`
      UPDATE dialogs
      SET readSeq${own} = :upToSeq, unread${own} = :unreadCount, changedA = :version, changedB = :version
      WHERE dialog = :dialog`)
  })
  const [marksOfA, marksOfB] = [marksOf('A'), marksOf('B')]

  /** Each message is counted once, when a mark passes it. */
  function countRead({ dialog, lastSeq, readSeq, unread }: Marks, upToSeq: number, isReaderA: boolean): number {
    if (upToSeq >= lastSeq || unread === 0) return unread
    return countMessages.get({ dialog, readSeq, upToSeq, isFromA: Number(!isReaderA) }) as number
  }

  return {
    markAsRead: (readerId, peerId, wantedSeq = Number.MAX_SAFE_INTEGER) =>
      write(() => {
        const { a, b, isUserA } = pairOf(readerId, peerId)
        const { find, move } = isUserA ? marksOfA : marksOfB
        const marks = find.get({ a, b })
        if (!marks) return { readCount: 0, unreadCount: 0, upToSeq: 0 }
        const { dialog, lastSeq, readSeq, unread } = marks
        const upToSeq = Math.min(wantedSeq, lastSeq)
        const readCount = countRead(marks, upToSeq, isUserA)
        if (readCount === 0) return { readCount, unreadCount: unread, upToSeq: readSeq }
        const unreadCount = unread - readCount
        move.run({ dialog, upToSeq, unreadCount, version: versions.next() })
        return { readCount, unreadCount, upToSeq }
      })
  }
}
