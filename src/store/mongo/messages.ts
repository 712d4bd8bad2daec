import { pairOf } from '../pair.js'
import type { Store, StoredMessage } from '../store.js'
import type { Collections, ConversationDocument, MessageDocument } from './collections.js'
import { toId } from './ids.js'
import type { MessageEffect } from './journal.js'
import type { Settler } from './settler.js'

export function messageDocumentOf(
  dialog: ConversationDocument,
  effect: MessageEffect,
  version: number
): MessageDocument {
  const { _id: conversationId, users, user1Tag, user2Tag } = dialog
  const { entry, seq, date } = effect
  const { _id, text } = entry
  const [senderTag, receiverTag] = entry.isFromA ? [user1Tag, user2Tag] : [user2Tag, user1Tag]
  return { _id, conversationId, users, senderTag, receiverTag, text, date, seq, version }
}

type Marks = Pick<ConversationDocument, 'a' | 'b' | 'user1Tag' | 'readSeqA' | 'readSeqB'>

export function toMessage(
  { a, b, user1Tag, readSeqA, readSeqB }: Marks,
  { _id, senderTag, text, seq, date }: Pick<MessageDocument, '_id' | 'senderTag' | 'text' | 'seq' | 'date'>
): StoredMessage {
  const isFromA = senderTag === user1Tag
  const [senderId, receiverId] = isFromA ? [a, b] : [b, a]
  return {
    _id: _id.toHexString(),
    senderId: senderId.toHexString(),
    receiverId: receiverId.toHexString(),
    text,
    seq,
    date: date.getTime(),
    isRead: seq <= (isFromA ? readSeqB : readSeqA)
  }
}

type Messages = Pick<Store, 'listMessages' | 'listMessagesBySeq'>

export function createMessages({ conversations, messages }: Collections, settler: Settler): Messages {
  /** A dialog with all that has been stored of it. */
  async function findSettled(userId: string, peerId: string): Promise<ConversationDocument | null> {
    const { a, b } = pairOf(userId, peerId)
    const filter = { a: toId(a), b: toId(b) }
    const dialog = await conversations.findOne(filter)
    if (!dialog?.isPending) return dialog
    await settler.settle([dialog._id])
    return conversations.findOne(filter)
  }

  async function list(dialog: ConversationDocument, after: number, upTo: number, direction: 1 | -1) {
    const filter = { conversationId: dialog._id, seq: { $gt: after, $lte: Math.min(upTo, dialog.lastSeq) } }
    const found = await messages.find(filter).sort({ seq: direction }).toArray()
    return found.map((message) => toMessage(dialog, message))
  }

  return {
    async listMessages(userId, peerId, startIndex, endIndex) {
      const dialog = await findSettled(userId, peerId)
      return dialog ? list(dialog, dialog.lastSeq - endIndex, dialog.lastSeq - startIndex, -1) : []
    },

    async listMessagesBySeq(userId, peerId, fromSeq, toSeq) {
      const dialog = await findSettled(userId, peerId)
      return dialog ? list(dialog, fromSeq - 1, toSeq, 1) : []
    }
  }
}
