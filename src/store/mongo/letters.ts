import { ObjectId } from 'bson'
import type { AppError } from '../../errors.js'
import type { Identity } from '../../schemas/user.js'
import { type Pair, pairOf } from '../pair.js'
import type { NewMessage } from '../store.js'
import type { MarkEntry, MessageEntry } from './journal.js'

/** A message on its way into the store. */
export interface Letter {
  kind: 'message'
  message: NewMessage
  /** The one that it was claimed with, when its `clientMessageId` is known. */
  _id: ObjectId
  date: Date
  /** Until it has been addressed, nobody. */
  receiver: Identity | undefined
  dialog: ObjectId | undefined
  /** Whether nobody has claimed its `clientMessageId` before. */
  isClaimed: boolean
  refusal: AppError | undefined
}

/** A wish to have read. */
export interface ReadWish {
  kind: 'mark'
  readerId: string
  peerId: string
  upToSeq: number | null
  _id: ObjectId
  dialog: ObjectId | undefined
}

export type DialogWrite = Letter | ReadWish

export function letterOf(message: NewMessage): Letter {
  return {
    kind: 'message',
    message,
    _id: new ObjectId(),
    date: new Date(Date.now()),
    receiver: undefined,
    dialog: undefined,
    isClaimed: true,
    refusal: undefined
  }
}

export function readWishOf(readerId: string, peerId: string, upToSeq: number | undefined): ReadWish {
  return { kind: 'mark', readerId, peerId, upToSeq: upToSeq ?? null, _id: new ObjectId(), dialog: undefined }
}

export function pairOfWrite(write: DialogWrite): Pair {
  if (write.kind === 'mark') return pairOf(write.readerId, write.peerId)
  return pairOf(write.message.senderId, receiverIdOf(write))
}

export function receiverIdOf({ receiver }: Letter): string {
  return (receiver as Identity)._id
}

/** The writes of each dialog, in order. */
export function groupByDialog(writes: DialogWrite[]): DialogWrite[][] {
  const groups = new Map<string, DialogWrite[]>()
  for (const write of writes) {
    const key = String(write.dialog)
    const group = groups.get(key)
    if (group) group.push(write)
    else groups.set(key, [write])
  }
  return [...groups.values()]
}

export function entryOf(write: DialogWrite): MessageEntry | MarkEntry {
  const { _id } = write
  const { isUserA } = pairOfWrite(write)
  if (write.kind === 'mark') return { _id, kind: 'mark', isByA: isUserA, upToSeq: write.upToSeq }
  return { _id, kind: 'message', isFromA: isUserA, text: write.message.text, date: write.date }
}
