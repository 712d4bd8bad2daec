import type { ObjectId } from 'mongodb'
import pLimit from 'p-limit'
import { createLruCache } from '../../../lruCache.js'
import { type Collections, type MessageDocument, sentByA } from '../collections.js'

const maxCachedTails = 100_000
// Of messages that other processes have stored in the dialogs of a group. Beyond, the last one of each dialog is read.
const maxNewer = 2000
// Fewer than there may be connections, for which others wait, too.
const maxReadsAtATime = 50

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
  const tails = createLruCache<Tail>(maxCachedTails)

  const limit = pLimit(maxReadsAtATime)

  async function read(dialog: ObjectId): Promise<Tail> {
    const filter = { conversationId: dialog }
    const newest = await limit(() => messages.findOne(filter, { projection, sort: { seq: -1 } }))
    const tail = newest ? tailOf(newest) : { seq: 0, sentByA: 0, date: 0 }
    tails.set(String(dialog), tail)
    return tail
  }

  /** Reads what is newer than the known tails at once. @returns the dialogs that are left: too much is newer, or nothing known */
  async function readNewer(dialogs: Map<string, ObjectId>): Promise<ObjectId[]> {
    const known = [...dialogs].flatMap(([key, dialog]) => {
      const tail = tails.get(key)
      return tail ? { conversationId: dialog, seq: { $gte: tail.seq } } : []
    })
    if (known.length < 2) return [...dialogs.values()]
    const fields = { projection: { ...projection, conversationId: 1 } }
    const newer = await messages.find({ $or: known }, fields).limit(maxNewer).toArray()
    if (newer.length === maxNewer) return [...dialogs.values()]
    const inOrder = newer.sort((one, other) => one.seq - other.seq)
    const newest = new Map(inOrder.map((message) => [String(message.conversationId), tailOf(message)]))
    for (const [key, tail] of newest) tails.set(key, tail)
    return [...dialogs].filter(([key]) => !newest.has(key)).map(([, dialog]) => dialog)
  }

  async function load(dialogs: ObjectId[]) {
    const distinct = byKey(dialogs)
    const found = Array.from(distinct, async ([key, dialog]) => [key, tails.get(key) ?? (await read(dialog))] as const)
    return new Map(await Promise.all(found))
  }

  return {
    load,
    async reload(dialogs) {
      await Promise.all((await readNewer(byKey(dialogs))).map(read))
    },
    set: (dialog, tail) => void tails.set(String(dialog), tail),
    forget: () => tails.clear()
  }
}

const byKey = (dialogs: ObjectId[]) => new Map(dialogs.map((dialog) => [String(dialog), dialog]))

export function tailOf(message: Pick<MessageDocument, 'seq' | 'sent' | 'senderId' | 'users' | 'date'>): Tail {
  return { seq: message.seq, sentByA: sentByA(message), date: message.date.getTime() }
}
