import type { ObjectId } from 'mongodb'
import type { MessageRecord, Shelf } from '../archive.js'
import type { Collections, ConversationDocument, MessageDocument } from './collections.js'
import { toId } from './ids.js'
import { beforeAll, complete, pageOf, put } from './shelf.js'

const idDigits = 24

export function createMessageShelf(collections: Collections): Shelf<MessageRecord> {
  const { messages } = collections

  /** The rest of one dialog, and then those behind it: two ranges of the index. */
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
      return pageOf(documents, documents.map(toMessage), limit, ({ conversationId, seq }) => `${conversationId}/${seq}`)
    },
    async write(records) {
      await put(messages, records.map(toMessageDocument))
      await deriveDialogs(collections, records)
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

/** Brings the dialogs of some messages up to date with these. A page that is written again changes nothing. */
async function deriveDialogs({ conversations }: Collections, records: MessageRecord[]): Promise<void> {
  const lastOf = new Map(records.map((record) => [record.dialogId, record]))
  const bySeq = new Map(records.map((record) => [`${record.dialogId}/${record.seq}`, record]))

  function toUpdate({ _id, readSeqA, readSeqB }: Pick<ConversationDocument, '_id' | 'readSeqA' | 'readSeqB'>) {
    const last = lastOf.get(_id.toHexString()) as MessageRecord
    const find = (readSeq: number) => bySeq.get(`${_id.toHexString()}/${Math.min(readSeq, last.seq)}`)
    const [readByA, readByB] = [find(readSeqA), find(readSeqB)]
    const fields = {
      lastSeq: last.seq,
      lastId: toId(last._id),
      sentByA: countOfA(last),
      position: last.version,
      ...(readByA && { readCountA: readByA.seq - countOfA(readByA) }),
      ...(readByB && { readCountB: countOfA(readByB) })
    }
    return { updateOne: { filter: { _id }, update: { $set: fields } } }
  }

  const filter = { _id: { $in: [...lastOf.keys()].map(toId) } }
  const dialogs = await conversations.find(filter, { projection: { readSeqA: 1, readSeqB: 1 } }).toArray()
  if (dialogs.length > 0) await conversations.bulkWrite(dialogs.map(toUpdate), { ordered: false })
}

function countOfA({ isFromA, seq, sent }: MessageRecord): number {
  return isFromA ? sent : seq - sent
}
