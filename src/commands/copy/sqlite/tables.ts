import type { Database } from 'better-sqlite3'
import { keyOfTag } from '../../../store/keys.js'
import { prepareSetNameKeys } from '../../../store/sqlite/users/nameKeys.js'
import type { DialogRecord, ImageRecord, SessionRecord, Shelves, UserRecord } from '../transfer.js'
import { createMessageShelf } from './messages.js'
import { createShelf, upsertInto } from './table.js'

export function createShelves(database: Database): Shelves {
  const setNameKeys = prepareSetNameKeys(database)
  return {
    users: createShelf<UserRecord, UserRecord>(database, {
      page: `
        SELECT _id, tag, email, emailKey, passwordHash, firstName, lastName, img, lastSeen, changed, 1 AS revision
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
    messages: createMessageShelf(database)
  }
}

interface DialogRow extends DialogRecord {
  dialog: number
}

/** Dialogs get what follows from their messages in the end, by `deriveDialogs`. */
function createDialogShelf(database: Database) {
  const marks = ['readSeqA', 'readSeqB', 'marked']
  const derived = ['lastSeq', 'lastDate', 'position', 'unreadA', 'unreadB']
  const nothingYet = Object.fromEntries(derived.map((column) => [column, 0]))
  return createShelf<DialogRow, DialogRecord>(database, {
    page: `
      SELECT d.dialog, d._id, d.a, d.b, a.tag AS tagA, b.tag AS tagB, ${marks.map((column) => `d.${column}`)}
      FROM dialogs d CROSS JOIN users a ON a._id = d.a CROSS JOIN users b ON b._id = d.b
      WHERE d.dialog > :dialog ORDER BY d.dialog LIMIT :limit`,
    start: { dialog: 0 },
    insert: upsertInto('dialogs', ['a', 'b'], ['_id', ...marks, ...derived]),
    count: 'SELECT count(*) FROM dialogs',
    toRecord: ({ dialog, ...record }) => record,
    toParameters: (record) => ({ ...record, ...nothingYet })
  })
}

/** Brings all dialogs up to date with their messages and users. A dialog without a message goes. */
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
