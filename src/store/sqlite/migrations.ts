import type { Database } from 'better-sqlite3'
import { defineFunctions } from './keys.js'

/** Migration N takes a database from `user_version` N to N + 1. A migration never changes; a new one is appended. */
export const migrations = [
  `
  CREATE TABLE users (
    _id TEXT PRIMARY KEY,
    tag TEXT NOT NULL,
    tagKey TEXT NOT NULL UNIQUE,         -- lower case, without the @
    email TEXT NOT NULL,
    emailKey TEXT NOT NULL UNIQUE,       -- lower case
    passwordHash TEXT NOT NULL,
    firstName TEXT NOT NULL,
    lastName TEXT NOT NULL,
    img TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- A pair of users, a before b. position orders dialogs by their last message, whatever the clock says.
  CREATE TABLE dialogs (
    dialog INTEGER PRIMARY KEY,
    _id TEXT NOT NULL,
    a TEXT NOT NULL REFERENCES users,
    b TEXT NOT NULL REFERENCES users,
    lastSeq INTEGER NOT NULL,
    lastDate INTEGER NOT NULL,
    position INTEGER NOT NULL,
    readSeqA INTEGER NOT NULL,           -- a has read up to this seq
    readSeqB INTEGER NOT NULL,
    unreadA INTEGER NOT NULL,            -- messages to a that a has not read
    unreadB INTEGER NOT NULL,
    UNIQUE (a, b)
  ) STRICT;
  CREATE INDEX dialogsOfA ON dialogs (a, position);
  CREATE INDEX dialogsOfB ON dialogs (b, position);

  -- Clustered by its key: a slice of a dialog is one range.
  CREATE TABLE messages (
    dialog INTEGER NOT NULL REFERENCES dialogs,
    seq INTEGER NOT NULL,
    _id TEXT NOT NULL,
    isFromA INTEGER NOT NULL,
    date INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (dialog, seq)
  ) STRICT, WITHOUT ROWID;

  -- Beside the messages, so that those without such an id pay nothing for it.
  CREATE TABLE clientMessageIds (
    senderId TEXT NOT NULL,
    clientMessageId TEXT NOT NULL,
    dialog INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (senderId, clientMessageId)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE images (
    name TEXT PRIMARY KEY,
    ownerId TEXT NOT NULL REFERENCES users,
    bytes BLOB NOT NULL
  ) STRICT;

  -- The last position given, which no index could tell without a third one on dialogs.
  CREATE TABLE counters (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  INSERT INTO counters VALUES ('position', 0);
  `,
  `
  -- The counter of positions numbers all changes from now on: a position is the version of the last message.
  UPDATE counters SET name = 'version' WHERE name = 'position';

  -- Each opening of the database begins an epoch. A cursor names the one in which it was given, so that a database that
  -- has gone back to an older copy, or is another one, does not take it for its own.
  CREATE TABLE epochs (
    epoch INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,           -- random
    firstVersion INTEGER NOT NULL        -- the newest version when it began
  ) STRICT;

  -- Messages from before have no cursor before them, so that the version is 0. It stands before the text, behind which a
  -- long one would put it on another page.
  CREATE TABLE versionedMessages (
    dialog INTEGER NOT NULL REFERENCES dialogs,
    seq INTEGER NOT NULL,
    version INTEGER NOT NULL,
    _id TEXT NOT NULL,
    isFromA INTEGER NOT NULL,
    date INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (dialog, seq)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO versionedMessages SELECT dialog, seq, 0, _id, isFromA, date, text FROM messages ORDER BY dialog, seq;
  DROP TABLE messages;
  ALTER TABLE versionedMessages RENAME TO messages;

  -- The version at which a read mark moved, and those at which the data of the one changed, for the other.
  ALTER TABLE dialogs ADD COLUMN marked INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE dialogs ADD COLUMN changedA INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE dialogs ADD COLUMN changedB INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX dialogsMarkedOfA ON dialogs (a, marked);
  CREATE INDEX dialogsMarkedOfB ON dialogs (b, marked);
  CREATE INDEX dialogsOfAChangedB ON dialogs (a, changedB);
  CREATE INDEX dialogsOfBChangedA ON dialogs (b, changedA);

  ALTER TABLE users ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;  -- the version at which the data changed
  ALTER TABLE users ADD COLUMN lastSeen INTEGER NOT NULL DEFAULT 0; -- epoch ms
  -- At the sign-up, which the first 8 digits of an ObjectId tell.
  UPDATE users SET lastSeen = 1000 * (
    SELECT sum((instr('0123456789abcdef', substr(_id, column1, 1)) - 1) << (4 * (8 - column1)))
    FROM (VALUES (1), (2), (3), (4), (5), (6), (7), (8)));
  `,
  `
  CREATE TABLE sessions (
    _id TEXT PRIMARY KEY,
    userId TEXT NOT NULL REFERENCES users,
    expiresAt INTEGER NOT NULL           -- epoch ms
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX sessionsOfUser ON sessions (userId, expiresAt);
  CREATE INDEX sessionsByExpiry ON sessions (expiresAt);
  `,
  `
  -- What somebody has uploaded, in that order, and who shows a picture.
  CREATE INDEX imagesOfOwner ON images (ownerId);
  CREATE INDEX usersByImg ON users (img) WHERE img <> 'default.jpg';
  `,
  `
  -- Keys by which a search for the start of a name finds a user. The function makes them of both names.
  CREATE TABLE nameKeys (
    userId TEXT NOT NULL REFERENCES users,
    key TEXT NOT NULL,
    PRIMARY KEY (userId, key)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO nameKeys SELECT _id, value FROM users, json_each(nameKeysOf(firstName, lastName));
  CREATE INDEX nameKeysByKey ON nameKeys (key, userId);

  -- One address, one key. Of two users who have the same address now, one keeps the key that there was.
  UPDATE OR IGNORE users SET emailKey = keyOfEmail(email) WHERE emailKey <> keyOfEmail(email);
  `
]

/** Brings a database to the newest version, in one transaction. @throws {Error} when it comes from a newer program */
export function migrate(database: Database): void {
  defineFunctions(database)
  database
    .transaction(() => {
      const version = database.pragma('user_version', { simple: true }) as number
      if (version > migrations.length) {
        throw new Error(
          `The database has version ${version}, this program knows ${migrations.length}: update the program`
        )
      }
      for (const migration of migrations.slice(version)) database.exec(migration)
      database.pragma(`user_version = ${migrations.length}`)
    })
    .immediate()
}
