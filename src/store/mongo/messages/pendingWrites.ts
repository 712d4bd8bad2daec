import { ObjectId } from 'bson'
import type { Identity } from '../../../schemas/user.js'
import { type Pair, pairOf } from '../../pair.js'
import type { AddedMessage, NewMessage, ReadMark } from '../../store.js'
import type { MessageDocument } from '../collections.js'
import { toId } from '../ids.js'
import type { Tail } from './dialogTails.js'

/** A message on its way into the store. */
export interface PendingMessage {
  kind: 'message'
  message: NewMessage
  _id: ObjectId
  /** Epoch in milliseconds. */
  date: number
  outcome?: AddedMessage | Error
}

/** A read mark on its way into the store. */
export interface PendingMark {
  kind: 'mark'
  readerId: string
  peerId: string
  upToSeq: number
  /** The last message that there was when the mark was asked for, as far as this process knows. */
  endSeq: number
  outcome?: ReadMark | Error
}

export type PendingWrite = PendingMessage | PendingMark

/** A message whose receiver and dialog are known. */
export interface AddressedMessage {
  write: PendingMessage
  receiver: Identity
  pair: Pair
  dialog: ObjectId
}

export function pendingMessage(message: NewMessage): PendingMessage {
  return { kind: 'message', message, _id: new ObjectId(), date: Date.now() }
}

export function pendingMark(readerId: string, peerId: string, upToSeq = Number.MAX_SAFE_INTEGER): PendingMark {
  return { kind: 'mark', readerId, peerId, upToSeq, endSeq: Number.MAX_SAFE_INTEGER }
}

export function addressedTo(write: PendingMessage, receiver: Identity): Omit<AddressedMessage, 'dialog'> {
  return { write, receiver, pair: pairOf(write.message.sender._id, receiver._id) }
}

/** The idempotency key of a message. */
export function keyOf({ message: { sender, clientMessageId }, _id }: PendingMessage): string | ObjectId {
  return clientMessageId === undefined ? _id : sender._id + clientMessageId
}

/** Gives messages the numbers that follow the tails of their dialogs, by the dialogs' ids, and moves those on. */
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
