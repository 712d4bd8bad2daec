import type { Database } from 'better-sqlite3'
import { createLruCache } from '../../../lruCache.js'
import { pairOf } from '../../pair.js'

/** What the next message of a dialog follows. */
export interface Head {
  dialog: number
  lastSeq: number
  lastDate: number
}

interface Arrival {
  /** Becomes the one of the dialog where it is the first. */
  _id: string
  senderId: string
  receiverId: string
  version: number
}

/**
 * The tails of dialogs, kept in memory: to look for a dialog and its last message costs more than to write both. They are good
 * while only this process writes, and no transaction fails.
 */
export interface DialogTails {
  /** Makes room for a message: its `seq` and its date are the head's. */
  advance(arrival: Arrival): Readonly<Head>
  forget(): void
}

const maxKnownDialogs = 100_000

export function createDialogTails(database: Database): DialogTails {
  const known = createLruCache<Head>(maxKnownDialogs)
  const find = database.prepare<[string, string], Head>(
    'SELECT dialog, lastSeq, lastDate FROM dialogs WHERE a = ? AND b = ?'
  )
  const begin = database.prepare<[string, string, string], Head>(`
    INSERT INTO dialogs (_id, a, b, lastSeq, lastDate, position, readSeqA, readSeqB, unreadA, unreadB)
    VALUES (?, ?, ?, 0, 0, 0, 0, 0, 0, 0) RETURNING dialog, lastSeq, lastDate`)
  const moveFor = (receiver: 'A' | 'B') =>
    database.prepare<[seq: number, date: number, version: number, dialog: number]>(`
      UPDATE dialogs SET lastSeq = ?, lastDate = ?, position = ?, unread${receiver} = unread${receiver} + 1
      WHERE dialog = ?`)
  const [moveForA, moveForB] = [moveFor('A'), moveFor('B')]

  function headOf(a: string, b: string, _id: string): Head {
    const pair = a + b
    const head = known.get(pair) ?? find.get(a, b) ?? (begin.get(_id, a, b) as Head)
    known.set(pair, head)
    return head
  }

  return {
    advance({ _id, senderId, receiverId, version }) {
      const { a, b, isUserA } = pairOf(senderId, receiverId)
      const head = headOf(a, b, _id)
      head.lastSeq++
      head.lastDate = Math.max(head.lastDate, Date.now())
      const move = isUserA ? moveForB : moveForA
      move.run(head.lastSeq, head.lastDate, version, head.dialog)
      return head
    },
    forget: () => known.clear()
  }
}
