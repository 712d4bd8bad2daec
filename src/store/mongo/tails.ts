import type { ObjectId } from 'mongodb'
import { createRecent } from '../../recent.js'
import { createAheadDialogs } from './aheadDialogs.js'
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

export function createTails(collections: Pick<Collections, 'conversations' | 'messages'>): Tails {
  const { conversations, messages } = collections
  const { moveBackTo } = createAheadDialogs(collections)
  const tails = createRecent<Tail>(maxCachedTails)

  async function read(dialog: ObjectId): Promise<Tail> {
    const newest = await messages.findOne({ conversationId: dialog }, { projection, sort: { seq: -1 } })
    const tail = newest ? tailOf(newest) : { seq: 0, sentByA: 0, date: 0 }
    tails.set(String(dialog), tail)
    return tail
  }

  /** Reads tails, and makes sure that the documents of the dialogs are not ahead of them. */
  async function readFirst(dialogs: ObjectId[]): Promise<[key: string, Tail][]> {
    if (dialogs.length === 0) return []
    const fields = { projection: { lastSeq: 1, lastId: 1 } }
    const [found, documents] = await Promise.all([
      Promise.all(dialogs.map(async (dialog): Promise<[string, Tail]> => [String(dialog), await read(dialog)])),
      conversations.find({ _id: { $in: dialogs } }, fields).toArray()
    ])
    const byKey = new Map(found)
    const ahead = documents.filter(({ _id, lastSeq }) => lastSeq > (byKey.get(String(_id)) as Tail).seq)
    await Promise.all(ahead.map((dialog) => moveBackTo(byKey.get(String(dialog._id)) as Tail, dialog)))
    return found
  }

  async function load(dialogs: ObjectId[]) {
    const distinct = new Map(dialogs.map((dialog) => [String(dialog), dialog]))
    const known = Array.from(distinct.keys(), (key) => [key, tails.get(key)] as const)
    const unknown = known.flatMap(([key, tail]) => (tail ? [] : (distinct.get(key) as ObjectId)))
    return new Map([...known, ...(await readFirst(unknown))] as [string, Tail][])
  }

  return {
    load,
    async reload(dialogs) {
      const distinct = new Map(dialogs.map((dialog) => [String(dialog), dialog]))
      await Promise.all(Array.from(distinct.values(), read))
    },
    set: (dialog, tail) => void tails.set(String(dialog), tail),
    forget: () => tails.clear()
  }
}

export function tailOf(message: Pick<MessageDocument, 'seq' | 'sent' | 'senderId' | 'users' | 'date'>): Tail {
  return { seq: message.seq, sentByA: sentByA(message), date: message.date.getTime() }
}
