import { ObjectId } from 'bson'
import pLimit from 'p-limit'
import { createLruCache } from '../../../lruCache.js'
import type { Identity } from '../../../schemas/user.js'
import { type Pair, pairOf } from '../../pair.js'
import type { AddedMessage, NewMessage } from '../../records.js'
import { type Collections, type MessageDocument, sentByA } from '../collections.js'
import { toId } from '../ids.js'

const maxCachedTails = 100_000
// Maximum number of messages that other processes have stored in the dialogs of a group. Beyond, each dialog's last one is read.
const maxNewer = 2000
// Fewer than the connections that there may be: other calls wait for them, too.
const maxReadsAtATime = 50

/** A message on its way into the store. */
export interface PendingMessage {
  kind: 'message'
  message: NewMessage
  _id: ObjectId
  /** Epoch in milliseconds. */
  date: number
  outcome?: AddedMessage | Error
}

/** A message whose receiver and dialog are known. */
export interface AddressedMessage {
  write: PendingMessage
  receiver: Identity
  pair: Pair
  dialog: ObjectId
}

/** The newest message of a dialog, as far as the next one follows from it; all are 0 before the first one. */
export interface Tail {
  seq: number
  sentByA: number
  /** Epoch in milliseconds. */
  date: number
}

export type Tails = ReturnType<typeof createTails>

export function pendingMessage(message: NewMessage): PendingMessage {
  return { kind: 'message', message, _id: new ObjectId(), date: Date.now() }
}

export function addressedTo(write: PendingMessage, receiver: Identity): Omit<AddressedMessage, 'dialog'> {
  return { write, receiver, pair: pairOf(write.message.sender._id, receiver._id) }
}

/** Returns the idempotency key of a message. */
export function keyOf({ message: { sender, clientMessageId }, _id }: PendingMessage): string | ObjectId {
  return clientMessageId === undefined ? _id : sender._id + clientMessageId
}

/** Gives messages the numbers after the tails of their dialogs, by the dialogs' ids, and moves those tails on. */
export function numberMessages(messages: AddressedMessage[], tails: Map<string, Tail>): MessageDocument[] {
  return messages.map(({ write, pair, dialog }) => {
    const { seq, sentByA, date } = tails.get(String(dialog)) as Tail
    const tail = { seq: seq + 1, sentByA: sentByA + Number(pair.isUserA), date: Math.max(date, write.date) }
    tails.set(String(dialog), tail)
    return {
      _id: write._id,
      key: keyOf(write),
      conversationId: dialog,
      users: [toId(pair.a), toId(pair.b)],
      senderId: toId(write.message.sender._id),
      text: write.message.text,
      date: new Date(tail.date),
      seq: tail.seq,
      sent: pair.isUserA ? tail.sentByA : tail.seq - tail.sentByA,
      version: null,
      revision: 1
    }
  })
}

const projection = { conversationId: 1, seq: 1, sent: 1, senderId: 1, users: 1, date: 1 }

/**
 * The tails of dialogs. A tail rises only by an acknowledged majority write or a majority read. So the number after it never
 * leaves a gap.
 */
export function createTails({ messages }: Pick<Collections, 'messages'>) {
  const tails = createLruCache<Tail>(maxCachedTails)
  const limit = pLimit(maxReadsAtATime)

  async function read(dialog: ObjectId): Promise<Tail> {
    const filter = { conversationId: dialog }
    const newest = await limit(() => messages.findOne(filter, { projection, sort: { seq: -1 } }))
    const tail = newest ? tailOf(newest) : { seq: 0, sentByA: 0, date: 0 }
    tails.set(String(dialog), tail)
    return tail
  }

  /** Reads what is newer than the known tails at once. @returns the dialogs without a known tail, or all where too much is newer */
  async function readNewer(dialogs: Map<string, ObjectId>): Promise<ObjectId[]> {
    const known = [...dialogs].flatMap(([key, dialog]) => {
      const tail = tails.get(key)
      return tail ? { conversationId: dialog, seq: { $gte: tail.seq } } : []
    })
    if (known.length < 2) return [...dialogs.values()]
    const newer = await messages.find({ $or: known }, { projection }).limit(maxNewer).toArray()
    if (newer.length === maxNewer) return [...dialogs.values()]
    const inOrder = newer.sort((one, other) => one.seq - other.seq)
    const newest = new Map(inOrder.map((message) => [String(message.conversationId), tailOf(message)]))
    for (const [key, tail] of newest) tails.set(key, tail)
    return [...dialogs].filter(([key]) => !newest.has(key)).map(([, dialog]) => dialog)
  }

  return {
    /** Returns the tails of some dialogs by their ids; reads those that are not known. */
    async load(dialogs: ObjectId[]): Promise<Map<string, Tail>> {
      const load = async ([key, dialog]: [string, ObjectId]) => [key, tails.get(key) ?? (await read(dialog))] as const
      return new Map(await Promise.all(Array.from(byKey(dialogs), load)))
    },
    /** Reads the tails of some dialogs again. */
    async reload(dialogs: ObjectId[]): Promise<void> {
      await Promise.all((await readNewer(byKey(dialogs))).map(read))
    },
    set: (dialog: ObjectId, tail: Tail) => void tails.set(String(dialog), tail),
    /** Forgets all tails, where what is known may not be stored. */
    forget: () => tails.clear()
  }
}

const byKey = (dialogs: ObjectId[]) => new Map(dialogs.map((dialog) => [String(dialog), dialog]))

export function tailOf(message: Pick<MessageDocument, 'seq' | 'sent' | 'senderId' | 'users' | 'date'>): Tail {
  return { seq: message.seq, sentByA: sentByA(message), date: message.date.getTime() }
}
