import type { Database } from 'better-sqlite3'
import type {
  ClientMessageIdRecord,
  DialogRecord,
  ImageRecord,
  MessageRecord,
  SessionRecord,
  Shelves,
  UserRecord
} from '../archive.js'
import { keyOfTag } from '../keys.js'
import { prepareSetNameKeys } from './nameKeys.js'
import { createShelf, onConflict, upsertInto } from './shelf.js'

export function createShelves(database: Database): Shelves {
  const setNameKeys = prepareSetNameKeys(database)
  return {
    users: createShelf<UserRecord, UserRecord>(database, {
      page: `
        SELECT _id, tag, email, emailKey, passwordHash, firstName, lastName, img, lastSeen, changed
        FROM users WHERE _id > :_id ORDER BY _id LIMIT :limit`,
      start: { _id: '' },
      insert: upsertInto(
        'users',
        ['_id'],
        ['tag', 'tagKey', 'email', 'emailKey', 'passwordHash', 'firstName', 'lastName', 'img', 'lastSeen', 'changed']
      ),
      count: 'SELECT count(*) FROM users',
      toRecord: (row) => row,
      toParameters: (user) => ({ ...user, tagKey: keyOfTag(user.tag) }),
      onInserted: ({ _id }) => setNameKeys(_id)
    }),

    sessions: createShelf<SessionRecord, SessionRecord>(database, {
      page: `
        SELECT s._id, s.userId, u.tag, s.expiresAt FROM sessions s CROSS JOIN users u ON u._id = s.userId
        WHERE s._id > :_id ORDER BY s._id LIMIT :limit`,
      start: { _id: '' },
      insert: upsertInto('sessions', ['_id'], ['userId', 'expiresAt']),
      count: 'SELECT count(*) FROM sessions',
      toRecord: (row) => row,
      toParameters: ({ tag, ...session }) => session
    }),

    images: createShelf<ImageRecord, ImageRecord>(database, {
      page: 'SELECT name, ownerId, bytes FROM images WHERE name > :name ORDER BY name LIMIT :limit',
      start: { name: '' },
      insert: upsertInto('images', ['name'], ['ownerId', 'bytes']),
      count: 'SELECT count(*) FROM images',
      toRecord: (row) => row,
      toParameters: (image) => image
    }),

    dialogs: createDialogShelf(database),
    messages: createMessageShelf(database),
    clientMessageIds: createClientMessageIdShelf(database)
  }
}

interface DialogRow extends Omit<DialogRecord, 'last'> {
  dialog: number
  lastId: string
  isLastFromA: 0 | 1
  lastText: string
  lastDate: number
}

const marks = ['lastSeq', 'position', 'readSeqA', 'readSeqB', 'unreadA', 'unreadB', 'marked', 'changedA', 'changedB']

function createDialogShelf(database: Database) {
  return createShelf<DialogRow, DialogRecord>(database, {
    page: `
      SELECT d.dialog, d._id, d.a, d.b, a.tag AS tagA, b.tag AS tagB, ${marks.map((column) => `d.${column}`)},
        m._id AS lastId, m.isFromA AS isLastFromA, m.text AS lastText, d.lastDate
      FROM dialogs d
      CROSS JOIN messages m ON m.dialog = d.dialog AND m.seq = d.lastSeq
      CROSS JOIN users a ON a._id = d.a
      CROSS JOIN users b ON b._id = d.b
      WHERE d.dialog > :dialog ORDER BY d.dialog LIMIT :limit`,
    start: { dialog: 0 },
    insert: upsertInto('dialogs', ['a', 'b'], ['_id', 'lastDate', ...marks]),
    count: 'SELECT count(*) FROM dialogs',
    toRecord: ({ dialog, lastId, isLastFromA, lastText, lastDate, ...record }) => ({
      ...record,
      last: { _id: lastId, isFromA: isLastFromA === 1, text: lastText, date: lastDate }
    }),
    toParameters: ({ last, ...record }) => ({ ...record, lastDate: last.date })
  })
}

interface MessageRow extends Omit<MessageRecord, 'isFromA'> {
  dialog: number
  isFromA: 0 | 1
}

function createMessageShelf(database: Database) {
  const columns = ['version', '_id', 'isFromA', 'date', 'text']
  return createShelf<MessageRow, MessageRecord>(database, {
    page: `
      SELECT m.dialog, m.seq, ${columns.map((column) => `m.${column}`)}, d._id AS dialogId, d.a, d.b
      FROM messages m CROSS JOIN dialogs d USING (dialog)
      WHERE (m.dialog, m.seq) > (:dialog, :seq) ORDER BY m.dialog, m.seq LIMIT :limit`,
    start: { dialog: 0, seq: 0 },
    insert: `
      INSERT INTO messages (dialog, seq, ${columns})
      SELECT dialog, :seq, ${columns.map((column) => `:${column}`)} FROM dialogs WHERE a = :a AND b = :b
      ${onConflict(['dialog', 'seq'], columns)}`,
    count: 'SELECT count(*) FROM messages',
    toRecord: ({ dialog, ...row }) => ({ ...row, isFromA: row.isFromA === 1 }),
    toParameters: (message) => ({ ...message, isFromA: Number(message.isFromA) })
  })
}

function createClientMessageIdShelf(database: Database) {
  return createShelf<ClientMessageIdRecord, ClientMessageIdRecord>(database, {
    page: `
      SELECT c.senderId, c.clientMessageId, m._id AS messageId, d.a, d.b, m.seq, m.text
      FROM clientMessageIds c
      CROSS JOIN messages m ON m.dialog = c.dialog AND m.seq = c.seq
      CROSS JOIN dialogs d ON d.dialog = c.dialog
      WHERE (c.senderId, c.clientMessageId) > (:senderId, :clientMessageId)
      ORDER BY c.senderId, c.clientMessageId LIMIT :limit`,
    start: { senderId: '', clientMessageId: '' },
    insert: `
      INSERT INTO clientMessageIds (senderId, clientMessageId, dialog, seq)
      SELECT :senderId, :clientMessageId, dialog, :seq FROM dialogs WHERE a = :a AND b = :b
      ${onConflict(['senderId', 'clientMessageId'], ['dialog', 'seq'])}`,
    count: 'SELECT count(*) FROM clientMessageIds',
    toRecord: (row) => row,
    toParameters: (record) => record
  })
}
