import type { ObjectId } from 'mongodb'
import { createRecent } from '../../recent.js'
import { type Collections, type MessageDocument, sentByA } from './collections.js'

const maxCachedTails = 100_000

/** The newest message of a dialog, as far as the next one follows from it; all are 0 before the first one. */
export interface Tail {
  seq: number
  sentByA: number
  /** Epoch in milliseconds. */
  date: number
}

/**
 * The tails of dialogs. A tail rises only by an acknowledged majority write or a majority read, so that the number after it is
 * never one beyond a gap.
 */
export interface Tails {
  /** Returns the tails of some dialogs by their ids; reads those that are not known. */
  load(dialogs: ObjectId[]): Promise<Map<string, Tail>>
  /** Reads the tails of some dialogs again. */
  reload(dialogs: ObjectId[]): Promise<void>
  set(dialog: ObjectId, tail: Tail): void
  /** Forgets all, where what is known may not be stored. */
  forget(): void
}

const projection = { seq: 1, sent: 1, senderId: 1, users: 1, date: 1 }

export function createTails({ messages }: Pick<Collections, 'messages'>): Tails {
  const tails = createRecent<Tail>(maxCachedTails)

  async function read(dialog: ObjectId): Promise<Tail> {
    const newest = await messages.findOne({ conversationId: dialog }, { projection, sort: { seq: -1 } })
    const tail = newest ? tailOf(newest) : { seq: 0, sentByA: 0, date: 0 }
    tails.set(String(dialog), tail)
    return tail
  }

  async function load(dialogs: ObjectId[]) {
    const distinct = new Map(dialogs.map((dialog) => [String(dialog), dialog]))
    const found = Array.from(distinct, async ([key, dialog]) => [key, tails.get(key) ?? (await read(dialog))] as const)
    return new Map(await Promise.all(found))
  }

  return {
    load,
    async reload(dialogs) {
      for (const dialog of dialogs) tails.delete(String(dialog))
      await load(dialogs)
    },
    set: (dialog, tail) => void tails.set(String(dialog), tail),
    forget: () => tails.clear()
  }
}

export function tailOf(message: Pick<MessageDocument, 'seq' | 'sent' | 'senderId' | 'users' | 'date'>): Tail {
  return { seq: message.seq, sentByA: sentByA(message), date: message.date.getTime() }
}
