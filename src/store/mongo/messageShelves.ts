import type { ObjectId } from 'mongodb'
import type { ClientMessageIdRecord, MessageRecord, Shelf } from '../archive.js'
import { digestOfMessage } from './claims.js'
import type { ClaimDocument, Collections, ConversationDocument, MessageDocument } from './collections.js'
import { toId } from './ids.js'
import { beforeAll, pageOf, put, readById } from './shelf.js'

const idDigits = 24
const maxPageClaims = 1000

type Members = Pick<ConversationDocument, '_id' | 'a' | 'b' | 'users' | 'user1Tag' | 'user2Tag'>

/** Finds out to whom some dialogs belong. */
async function findMembers({ conversations }: Collections, ids: ObjectId[]): Promise<(id: unknown) => Members> {
  const distinct = [...new Map(ids.map((_id) => [String(_id), _id])).values()]
  const projection = { a: 1, b: 1, users: 1, user1Tag: 1, user2Tag: 1 }
  const found = await conversations.find({ _id: { $in: distinct } }, { projection }).toArray()
  const byId = new Map(found.map((dialog) => [String(dialog._id), dialog]))
  return (_id) => byId.get(String(_id)) as ConversationDocument
}

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
      const membersOf = await findMembers(
        collections,
        documents.map(({ conversationId }) => conversationId)
      )
      const records = documents.map((message) => toMessage(message, membersOf(message.conversationId)))
      return pageOf(documents, records, limit, ({ conversationId, seq }) => `${conversationId}/${seq}`)
    },
    async write(records) {
      const membersOf = await findMembers(
        collections,
        records.map(({ dialogId }) => toId(dialogId))
      )
      const documents = records.map((record) => toMessageDocument(record, membersOf(record.dialogId)))
      await put(messages, documents)
    },
    count: () => messages.countDocuments()
  }
}

function toMessage(message: MessageDocument, { a, b, user1Tag }: Members): MessageRecord {
  const { _id, conversationId, senderTag, text, date, seq, version } = message
  return {
    _id: _id.toHexString(),
    dialogId: conversationId.toHexString(),
    a: a.toHexString(),
    b: b.toHexString(),
    isFromA: senderTag === user1Tag,
    seq,
    version,
    date: date.getTime(),
    text
  }
}

function toMessageDocument(message: MessageRecord, { _id, users, user1Tag, user2Tag }: Members): MessageDocument {
  const { isFromA, text, date, seq, version } = message
  const [senderTag, receiverTag] = isFromA ? [user1Tag, user2Tag] : [user2Tag, user1Tag]
  const document = { conversationId: _id, users, senderTag, receiverTag, text, date: new Date(date), seq, version }
  return { _id: toId(message._id), ...document }
}

/** Without the ids of messages that were never stored, since nobody has learned of them. */
export function createClientMessageIdShelf(collections: Collections): Shelf<ClientMessageIdRecord> {
  const { messages, clientMessageIds } = collections
  const idsOf = (claims: ClaimDocument[]) => ({ _id: { $in: claims.map(({ messageId }) => messageId) } })

  async function toRecords(claims: ClaimDocument[]): Promise<ClientMessageIdRecord[]> {
    const found = await messages.find(idsOf(claims)).toArray()
    const byId = new Map(found.map((message) => [String(message._id), message]))
    const membersOf = await findMembers(
      collections,
      found.map(({ conversationId }) => conversationId)
    )
    return claims.flatMap(({ _id, messageId }) => {
      const message = byId.get(String(messageId))
      return message ? toClientMessageId(_id, toMessage(message, membersOf(message.conversationId))) : []
    })
  }

  return {
    async read(after, limit) {
      const claims = await readById(clientMessageIds, after, limit)
      return pageOf(claims, await toRecords(claims), limit, ({ _id }) => _id)
    },
    write: (records) => put(clientMessageIds, records.map(toClaim)),
    async count() {
      let count = 0
      let claims: ClaimDocument[] = []
      do {
        claims = await readById(clientMessageIds, claims.at(-1)?._id ?? '', maxPageClaims)
        count += await messages.countDocuments(idsOf(claims))
      } while (claims.length > 0)
      return count
    }
  }
}

function toClientMessageId(key: string, { _id, a, b, seq, text }: MessageRecord): ClientMessageIdRecord {
  const [senderId, clientMessageId] = [key.slice(0, idDigits), key.slice(idDigits)]
  return { senderId, clientMessageId, messageId: _id, a, b, seq, text }
}

function toClaim({ senderId, clientMessageId, messageId, a, b, text }: ClientMessageIdRecord): ClaimDocument {
  const digest = digestOfMessage(senderId === a ? b : a, text)
  return { _id: senderId + clientMessageId, messageId: toId(messageId), digest }
}
