import type { Database } from 'better-sqlite3'
import { keyOfTag } from '../../../store/keys.js'
import type { Image } from '../../../store/records.js'
import { prepareSetNameKeys } from '../../../store/sqlite/keys.js'
import type { DialogRecord, SessionRecord, Tables, UserRecord } from '../transfer.js'
import { createMessageTable } from './messages.js'
import { createTable, upsertInto } from './table.js'

export function createTables(database: Database): Tables {
  const setNameKeys = prepareSetNameKeys(database)
  return {
    users: createTable<UserRecord, UserRecord>(database, {
      name: 'users',
      page: `
        SELECT _id, tag, email, emailKey, passwordHash, firstName, lastName, img, lastSeen, changed, 1 AS revision
        FROM users WHERE _id > :_id ORDER BY _id LIMIT :limit`,
      start: { _id: '' },
      insert: upsertInto(
        'users',
        ['_id'],
        ['tag', 'tagKey', 'email', 'emailKey', 'passwordHash', 'firstName', 'lastName', 'img', 'lastSeen', 'changed']
      ),
      toParameters: (user) => ({ ...user, tagKey: keyOfTag(user.tag) }),
      onInserted: ({ _id }) => setNameKeys(_id)
    }),

    sessions: createTable<SessionRecord, SessionRecord>(database, {
      name: 'sessions',
      page: `
        SELECT s._id, s.userId, u.tag, s.expiresAt FROM sessions s CROSS JOIN users u ON u._id = s.userId
        WHERE s._id > :_id ORDER BY s._id LIMIT :limit`,
      start: { _id: '' },
      insert: upsertInto('sessions', ['_id'], ['userId', 'expiresAt']),
      toParameters: ({ tag, ...session }) => session
    }),

    images: createTable<Image, Image>(database, {
      name: 'images',
      page: 'SELECT name, ownerId, bytes FROM images WHERE name > :name ORDER BY name LIMIT :limit',
      start: { name: '' },
      insert: upsertInto('images', ['name'], ['ownerId', 'bytes'])
    }),

    dialogs: createDialogTable(database),
    messages: createMessageTable(database)
  }
}

/** Dialogs are completed from their messages at the end of a copy, by `deriveDialogs`. */
function createDialogTable(database: Database) {
  const marks = ['readSeqA', 'readSeqB', 'marked']
  const derived = ['lastSeq', 'lastDate', 'position', 'unreadA', 'unreadB']
  const nothingYet = Object.fromEntries(derived.map((column) => [column, 0]))
  return createTable<DialogRecord & { dialog: number }, DialogRecord>(database, {
    name: 'dialogs',
    page: `
      SELECT d.dialog, d._id, d.a, d.b, a.tag AS tagA, b.tag AS tagB, ${marks.map((column) => `d.${column}`)}
      FROM dialogs d CROSS JOIN users a ON a._id = d.a CROSS JOIN users b ON b._id = d.b
      WHERE d.dialog > :dialog ORDER BY d.dialog LIMIT :limit`,
    start: { dialog: 0 },
    insert: upsertInto('dialogs', ['a', 'b'], ['_id', ...marks, ...derived]),
    toRecord: ({ dialog, ...record }) => record,
    toParameters: (record) => ({ ...record, ...nothingYet })
  })
}

/** Completes all dialogs from their messages and users. Deletes dialogs without a message. */
export function deriveDialogs(database: Database): void {
  const countUnread = (reader: 'A' | 'B', isFromA: 0 | 1) => `(
    SELECT count(*) FROM messages u
    WHERE u.dialog = dialogs.dialog AND u.seq > dialogs.readSeq${reader} AND u.isFromA = ${isFromA})`
  database.exec(`
    DELETE FROM dialogs WHERE NOT EXISTS (SELECT 1 FROM messages WHERE messages.dialog = dialogs.dialog);
    UPDATE dialogs SET
      lastSeq = m.seq, lastDate = m.date, position = m.version, changedA = a.changed, changedB = b.changed,
      readSeqA = min(readSeqA, m.seq), unreadA = ${countUnread('A', 0)},
      readSeqB = min(readSeqB, m.seq), unreadB = ${countUnread('B', 1)}
    FROM messages m CROSS JOIN users a CROSS JOIN users b
    WHERE m.dialog = dialogs.dialog AND m.seq = (SELECT max(seq) FROM messages l WHERE l.dialog = dialogs.dialog)
      AND a._id = dialogs.a AND b._id = dialogs.b`)
}
