import type { Database } from 'better-sqlite3'
import { createLruCache } from '../../../lruCache.js'
import { pairOf } from '../../pair.js'

/** The end of a dialog, which the next message follows. */
interface Tail {
  dialog: number
  lastSeq: number
  lastDate: number
}

interface Arrival {
  /** The `_id` of the message; the first one becomes the `_id` of the dialog. */
  _id: string
  senderId: string
  receiverId: string
  version: number
}

export type DialogTails = ReturnType<typeof createDialogTails>

const maxKnownDialogs = 100_000

/**
 * Keeps the tails of dialogs in memory, because finding a dialog and its last message costs more than writing both. They are
 * valid while only this process writes and no transaction fails.
 */
export function createDialogTails(database: Database) {
  const known = createLruCache<Tail>(maxKnownDialogs)
  const find = database.prepare<[string, string], Tail>(
    'SELECT dialog, lastSeq, lastDate FROM dialogs WHERE a = ? AND b = ?'
  )
  const begin = database.prepare<[string, string, string], Tail>(`
    INSERT INTO dialogs (_id, a, b, lastSeq, lastDate, position, readSeqA, readSeqB, unreadA, unreadB)
    VALUES (?, ?, ?, 0, 0, 0, 0, 0, 0, 0) RETURNING dialog, lastSeq, lastDate`)
  const moveFor = (receiver: 'A' | 'B') =>
    database.prepare<[seq: number, date: number, version: number, dialog: number]>(`
      UPDATE dialogs SET lastSeq = ?, lastDate = ?, position = ?, unread${receiver} = unread${receiver} + 1
      WHERE dialog = ?`)
  const [moveForA, moveForB] = [moveFor('A'), moveFor('B')]

  function tailOf(a: string, b: string, _id: string): Tail {
    const pair = a + b
    const tail = known.get(pair) ?? find.get(a, b) ?? (begin.get(_id, a, b) as Tail)
    known.set(pair, tail)
    return tail
  }

  return {
    /** Makes room for a message, and returns the tail with its `seq` and date. */
    advance({ _id, senderId, receiverId, version }: Arrival): Readonly<Tail> {
      const { a, b, isUserA } = pairOf(senderId, receiverId)
      const tail = tailOf(a, b, _id)
      tail.lastSeq++
      tail.lastDate = Math.max(tail.lastDate, Date.now())
      const move = isUserA ? moveForB : moveForA
      move.run(tail.lastSeq, tail.lastDate, version, tail.dialog)
      return tail
    },
    forget: () => known.clear()
  }
}
