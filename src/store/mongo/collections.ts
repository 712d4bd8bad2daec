import type { Binary, Collection, Db, IndexDescription, ObjectId } from 'mongodb'

/** Fields of the legacy server keep their names and their meaning. */
export interface UserDocument {
  _id: ObjectId
  tag: string
  /** Lower case, without the `@`. */
  tagKey: string
  email: string
  emailKey: string
  /** Keys by which a search for the start of a name finds the user. */
  nameKeys: string[]
  /** argon2 hash. */
  password: string
  firstName: string
  lastName: string
  img: string
  /** The `shown` of the picture; absent or null where the picture has none. */
  imgShown?: ObjectId | null
  /** Epoch in milliseconds. */
  lastSeen: number
  /** The version of the last change of the data, 0 before the first one; null until that has a version. */
  changed: number | null
  /** 1, and 1 more with each change of the data. */
  revision: number
}

/** A dialog of two users; `a` has the smaller id. */
export interface ConversationDocument {
  _id: ObjectId
  a: ObjectId
  b: ObjectId
  /** `[a, b]`: one index then finds the dialogs of both users. */
  users: [ObjectId, ObjectId]
  user1Tag: string
  user2Tag: string
  /** The newest message that has a version, and the number of messages up to it that `a` has sent; 0 and null without one. */
  lastSeq: number
  lastId: ObjectId | null
  sentByA: number
  /** The version of that message, 0 without one. */
  position: number
  /** The versions of the messages that got theirs together with it, up to `position`. They decide. */
  lastVersions: number[]
  /** The read mark of each side, and the number of messages up to it that the other side has sent. */
  readSeqA: number
  readCountA: number
  readSeqB: number
  readCountB: number
  /** The version of the last move of a read mark, 0 before the first one; null until that has a version. */
  marked: number | null
  /** 0, and 1 more with each move of a read mark. */
  markRevision: number
}

export interface MessageDocument {
  _id: ObjectId
  /** The idempotency key: the sender's id and the `clientMessageId`, or the `_id` of a message without one. */
  key: string | ObjectId
  conversationId: ObjectId
  /** The users of the dialog, in its order. */
  users: [ObjectId, ObjectId]
  senderId: ObjectId
  text: string
  date: Date
  seq: number
  /** Number of messages of the dialog that the sender has sent, up to this one. */
  sent: number
  /** Null until everything that follows from the message is written. */
  version: number | null
  /** 1, and 1 more with each later change of the message. */
  revision: number
}

/** Counts the messages of a dialog that its `a` has sent, up to a message. */
export function sentByA(message: Pick<MessageDocument, 'senderId' | 'users' | 'seq' | 'sent'>): number {
  return message.senderId.equals(message.users[0]) ? message.sent : message.seq - message.sent
}

export interface ImageDocument {
  _id: string
  ownerId: ObjectId
  bytes: Binary
  /** Gives the order of uploads; absent in images that are older than all that have it. */
  added?: ObjectId
  /** Id given when the owner last began to show it. */
  shown?: ObjectId
}

export interface SessionDocument {
  _id: ObjectId
  userId: ObjectId
  /** Tag of the user; it never changes. */
  tag: string
  expiresAt: Date
}

export interface Collections {
  users: Collection<UserDocument>
  conversations: Collection<ConversationDocument>
  messages: Collection<MessageDocument>
  sessions: Collection<SessionDocument>
  images: Collection<ImageDocument>
  /** Openings of the store. In a copy, `lastVersion` is the last version for which an epoch of the source gave cursors. */
  epochs: Collection<{ _id: string; lastVersion?: number }>
  /** The design of the database, the newest version, the secret of tokens, and the checkpoint of an unfinished copy. */
  settings: Collection<{ _id: string; value: unknown }>
}

const indexes: Record<Exclude<keyof Collections, 'epochs' | 'settings'>, IndexDescription[]> = {
  users: [
    { key: { tagKey: 1 }, unique: true },
    { key: { emailKey: 1 }, unique: true },
    { key: { changed: 1 } },
    { key: { nameKeys: 1 } },
    { key: { img: 1 } }
  ],
  images: [{ key: { ownerId: 1, added: 1 } }],
  conversations: [
    { key: { a: 1, b: 1 }, unique: true },
    { key: { users: 1, position: -1 } },
    { key: { users: 1, marked: 1 } },
    { key: { marked: 1 } }
  ],
  messages: [
    { key: { conversationId: 1, seq: 1 }, unique: true },
    { key: { key: 1 }, unique: true },
    { key: { users: 1, version: 1 } }
  ],
  sessions: [{ key: { expiresAt: 1 } }, { key: { userId: 1, expiresAt: -1 } }]
}

const indexed = Object.keys(indexes) as (keyof typeof indexes)[]

const names = ['users', 'conversations', 'messages', 'sessions', 'images', 'epochs', 'settings'] as const

export function collectionsOf(database: Db): Collections {
  return Object.fromEntries(names.map((name) => [name, database.collection(name)])) as unknown as Collections
}

/** Creates the missing indexes. The store relies on the unique ones. */
export async function createIndexes(collections: Collections, only = indexed): Promise<void> {
  for (const name of only) await collections[name].createIndexes(indexes[name])
}
