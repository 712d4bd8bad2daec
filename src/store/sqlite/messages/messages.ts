import type { Database } from 'better-sqlite3'
import { ObjectId } from 'bson'
import { pairOf } from '../../pair.js'
import type { NewMessage, StoredMessage } from '../../records.js'
import { refusals } from '../../refusals.js'
import type { MessageStore, StoreObserver } from '../../store.js'
import type { GroupCommit } from '../groupCommit.js'
import { prepareRows } from '../rows.js'
import type { Identities } from '../users/identities.js'
import type { DialogTails } from './dialogTails.js'
import type { Versions } from './versions.js'

/** A row of a message, with the pair of its dialog. */
export interface MessageRow {
  _id: string
  seq: number
  isFromA: 0 | 1
  date: number
  text: string
  isRead: 0 | 1
  a: string
  b: string
}

/** The columns of a MessageRow, of a message `m` in a dialog `d`. */
export const messageColumns = `
  m._id, m.seq, m.isFromA, m.date, m.text, d.a, d.b, m.seq <= iif(m.isFromA, d.readSeqB, d.readSeqA) AS isRead`

export function toMessage({ _id, seq, isFromA, date, text, isRead, a, b }: MessageRow): StoredMessage {
  const [senderId, receiverId] = isFromA ? [a, b] : [b, a]
  return { _id, seq, senderId, receiverId, date, text, isRead: isRead === 1 }
}

type AddressedMessage = NewMessage & { receiverId: string }

interface MessageParts {
  versions: Versions
  tails: DialogTails
  identities: Identities
  onMessage: StoreObserver['onMessage']
}

export function createMessages(database: Database, { write }: GroupCommit, parts: MessageParts): MessageStore {
  const { versions, tails, identities, onMessage } = parts
  const findKnown = prepareFindKnown(database)
  const append = prepareAppend(database, tails, versions)
  // seq has no gaps, so every slice is a range of the clustered key.
  const slice = prepareRows<MessageRow>(
    database,
    `
    SELECT ${messageColumns} FROM dialogs d JOIN messages m USING (dialog)
    WHERE d.a = :a AND d.b = :b AND m.seq > d.lastSeq - :endIndex AND m.seq <= d.lastSeq - :startIndex
    ORDER BY m.seq DESC`
  )
  const range = prepareRows<MessageRow>(
    database,
    `
    SELECT ${messageColumns} FROM dialogs d JOIN messages m USING (dialog)
    WHERE d.a = :a AND d.b = :b AND m.seq BETWEEN :fromSeq AND :toSeq
    ORDER BY m.seq`
  )

  return {
    async add(message) {
      const added = await write(() => {
        const receiver = identities.findByTag(message.receiverTag)
        if (!receiver) throw refusals.unknownReceiver()
        const addressed = { ...message, receiverId: receiver._id }
        const known = message.clientMessageId === undefined ? undefined : findKnown(addressed)
        const isDuplicate = known !== undefined
        return { message: known ?? append(addressed), receiver, isDuplicate, needsPush: !isDuplicate }
      })
      onMessage?.(added, message)
      return added
    },

    async list(userId, peerId, startIndex, endIndex) {
      const { a, b } = pairOf(userId, peerId)
      return slice({ a, b, startIndex, endIndex }).map(toMessage)
    },

    async listBySeq(userId, peerId, fromSeq, toSeq) {
      const { a, b } = pairOf(userId, peerId)
      return range({ a, b, fromSeq, toSeq }).map(toMessage)
    }
  }
}

function prepareFindKnown(database: Database): (message: AddressedMessage) => StoredMessage | undefined {
  const byClientMessageId = database.prepare<[object], MessageRow>(`
    SELECT ${messageColumns}
    FROM clientMessageIds c JOIN dialogs d USING (dialog) JOIN messages m USING (dialog, seq)
    WHERE c.senderId = :senderId AND c.clientMessageId = :clientMessageId`)

  return ({ sender: { _id: senderId }, receiverId, text, clientMessageId }) => {
    const row = byClientMessageId.get({ senderId, clientMessageId })
    if (row && (row.text !== text || (row.a !== receiverId && row.b !== receiverId))) {
      throw refusals.otherMessage()
    }
    return row && toMessage(row)
  }
}

function prepareAppend(database: Database, tails: DialogTails, versions: Versions) {
  const insert = database.prepare(
    'INSERT INTO messages (dialog, seq, version, _id, isFromA, date, text) VALUES (?, ?, ?, ?, ?, ?, ?)'
  )
  const remember = database.prepare('INSERT INTO clientMessageIds VALUES (:senderId, :clientMessageId, :dialog, :seq)')

  return ({ sender: { _id: senderId }, receiverId, text, clientMessageId }: AddressedMessage): StoredMessage => {
    const _id = new ObjectId().toHexString()
    const version = versions.next()
    const isFromA = senderId < receiverId
    const { dialog, lastSeq: seq, lastDate: date } = tails.advance({ _id, senderId, receiverId, version })
    insert.run(dialog, seq, version, _id, Number(isFromA), date, text)
    if (clientMessageId !== undefined) remember.run({ senderId, clientMessageId, dialog, seq })
    return { _id, senderId, receiverId, text, seq, date, isRead: false }
  }
}
