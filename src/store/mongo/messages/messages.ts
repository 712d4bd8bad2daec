import type { Filter, ObjectId } from 'mongodb'
import { pairOf } from '../../pair.js'
import type { StoredMessage } from '../../records.js'
import type { MessageStore } from '../../store.js'
import type { Collections, ConversationDocument, MessageDocument } from '../collections.js'
import { keyOfPair, type Pairs } from './addresses.js'

/** The read marks of the two users of a dialog. */
export type Marks = Pick<ConversationDocument, 'a' | 'readSeqA' | 'readSeqB'>

/** @param marks of the dialog; without them the message is unread */
export function toMessage(message: Omit<MessageDocument, 'key'>, marks?: Marks): StoredMessage {
  const { _id, senderId, users, text, seq, date } = message
  const [a, b] = users
  const isFromA = senderId.equals(a)
  return {
    _id: _id.toHexString(),
    senderId: senderId.toHexString(),
    receiverId: (isFromA ? b : a).toHexString(),
    text,
    seq,
    date: date.getTime(),
    isRead: marks !== undefined && seq <= (isFromA ? marks.readSeqB : marks.readSeqA)
  }
}

type Messages = Pick<MessageStore, 'list' | 'listBySeq'>

export function createMessages({ conversations, messages }: Collections, pairs: Pairs): Messages {
  async function findDialog(userId: string, peerId: string): Promise<ObjectId | undefined> {
    const pair = pairOf(userId, peerId)
    return (await pairs.find([pair])).get(keyOfPair(pair))
  }

  /** Reads the messages of a dialog between two numbers, both included. */
  async function range(dialog: ObjectId, [from, to]: [number, number], direction: 1 | -1): Promise<StoredMessage[]> {
    const filter: Filter<MessageDocument> = { conversationId: dialog, seq: { $gte: from, $lte: to } }
    const [marks, found] = await Promise.all([
      conversations.findOne({ _id: dialog }, { projection: { a: 1, readSeqA: 1, readSeqB: 1 } }),
      messages.find(filter).sort({ seq: direction }).toArray()
    ])
    return found.map((message) => toMessage(message, marks ?? undefined))
  }

  return {
    async list(userId, peerId, startIndex, endIndex) {
      const dialog = await findDialog(userId, peerId)
      if (!dialog) return []
      const newest = await messages.findOne({ conversationId: dialog }, { projection: { seq: 1 }, sort: { seq: -1 } })
      return newest ? range(dialog, [newest.seq - endIndex + 1, newest.seq - startIndex], -1) : []
    },

    async listBySeq(userId, peerId, fromSeq, toSeq) {
      const dialog = await findDialog(userId, peerId)
      return dialog ? range(dialog, [fromSeq, toSeq], 1) : []
    }
  }
}
