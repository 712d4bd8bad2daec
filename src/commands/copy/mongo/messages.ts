import type { ObjectId } from 'mongodb'
import {
  type Collections,
  type ConversationDocument,
  type MessageDocument,
  sentByA
} from '../../../store/mongo/collections.js'
import { toId } from '../../../store/mongo/ids.js'
import type { MessageRecord, Table } from '../transfer.js'
import { beforeAll, complete, pageOf, put } from './table.js'

const idDigits = 24

export function createMessageTable(collections: Collections): Table<MessageRecord> {
  const { messages } = collections

  /** Reads the rest of one dialog, then the dialogs after it: two ranges of the index. */
  async function readBehind(dialog: ObjectId, seq: number, limit: number) {
    const find = (filter: object, count: number) =>
      messages.find(filter).sort({ conversationId: 1, seq: 1 }).limit(count).toArray()
    const rest = await find({ conversationId: dialog, seq: { $gt: seq } }, limit)
    if (rest.length === limit) return rest
    return rest.concat(await find({ conversationId: { $gt: dialog } }, limit - rest.length))
  }

  return {
    async read(after, limit) {
      const [dialog = beforeAll, seq = 0] = after ? after.split('/') : []
      const documents = await readBehind(toId(dialog), Number(seq), limit)
      return pageOf(documents, toMessage, limit, ({ conversationId, seq }) => `${conversationId}/${seq}`)
    },
    async write(records) {
      const documents = records.map(toMessageDocument)
      await put(messages, documents)
      await deriveDialogs(collections, documents)
    },
    count: () => messages.countDocuments()
  }
}

function toMessage({ key, conversationId, users, senderId, ...message }: MessageDocument): MessageRecord {
  const { _id, text, date, seq, sent, version, revision } = message
  return {
    _id: _id.toHexString(),
    dialogId: conversationId.toHexString(),
    a: users[0].toHexString(),
    b: users[1].toHexString(),
    isFromA: senderId.equals(users[0]),
    seq,
    sent,
    version: complete(version),
    revision,
    date: date.getTime(),
    text,
    clientMessageId: typeof key === 'string' ? key.slice(idDigits) : null
  }
}

function toMessageDocument({ dialogId, a, b, isFromA, clientMessageId, ...message }: MessageRecord): MessageDocument {
  const { text, date, seq, sent, version, revision } = message
  const [_id, sender] = [toId(message._id), isFromA ? a : b]
  return {
    _id,
    key: clientMessageId === null ? _id : sender + clientMessageId,
    conversationId: toId(dialogId),
    users: [toId(a), toId(b)],
    senderId: toId(sender),
    text,
    date: new Date(date),
    seq,
    sent,
    version,
    revision
  }
}

/** Completes the dialogs of some messages. Writing the same page again changes nothing. */
async function deriveDialogs({ conversations }: Collections, messages: MessageDocument[]): Promise<void> {
  const bySeq = new Map(messages.map((message) => [`${message.conversationId} ${message.seq}`, message]))
  const lastOf = new Map(messages.map((message) => [String(message.conversationId), message]))

  function toUpdate({ _id, readSeqA, readSeqB }: Pick<ConversationDocument, '_id' | 'readSeqA' | 'readSeqB'>) {
    const last = lastOf.get(String(_id)) as MessageDocument
    // A read mark may be beyond the last message if a dump was not of one instant.
    const find = (readSeq: number) => bySeq.get(`${_id} ${Math.min(readSeq, last.seq)}`)
    const [readByA, readByB] = [find(readSeqA), find(readSeqB)]
    const fields = {
      lastSeq: last.seq,
      lastId: last._id,
      sentByA: sentByA(last),
      position: last.version as number,
      ...(readByA && { readCountA: readByA.seq - sentByA(readByA) }),
      ...(readByB && { readCountB: sentByA(readByB) })
    }
    return { updateOne: { filter: { _id }, update: { $set: fields } } }
  }

  const ids = [...lastOf.values()].map(({ conversationId }) => conversationId)
  const dialogs = conversations.find({ _id: { $in: ids } }, { projection: { readSeqA: 1, readSeqB: 1 } })
  const updates = await dialogs.map(toUpdate).toArray()
  if (updates.length > 0) await conversations.bulkWrite(updates, { ordered: false })
}
