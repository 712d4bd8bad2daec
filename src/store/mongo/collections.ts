import type { Binary, Collection, Db, IndexDescription, ObjectId } from 'mongodb'

/** Fields that the legacy server has named keep their names and their meaning. */
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
  /** The `shown` of the picture; absent where that has none. */
  imgShown?: ObjectId | null
  /** Epoch in milliseconds. */
  lastSeen: number
  /** The version of the last change of the data, 0 before the first one; null until that has a version. */
  changed: number | null
  /** 1, and 1 more with each change of the data. */
  revision: number
}

/** A dialog of the users `a` and `b`, `a` the one with the smaller id. */
export interface ConversationDocument {
  _id: ObjectId
  a: ObjectId
  b: ObjectId
  /** `[a, b]`, since one index then finds the dialogs of either. */
  users: [ObjectId, ObjectId]
  user1Tag: string
  user2Tag: string
  /** The newest message that has a version, and how many of the messages up to it `a` has sent; 0 and null without one. */
  lastSeq: number
  lastId: ObjectId | null
  sentByA: number
  /** The version of that message, 0 without one. */
  position: number
  /** The versions of the messages that got theirs together with it, up to `position`: they decide. */
  lastVersions: number[]
  /** The read mark of either side, and how many of the messages up to it the other side has sent. */
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
  /** Those of the dialog, in its order. */
  users: [ObjectId, ObjectId]
  senderId: ObjectId
  text: string
  date: Date
  seq: number
  /** How many messages of the dialog the sender has sent, up to this one. */
  sent: number
  /** Null until everything that follows from the message is written. */
  version: number | null
  /** 1, and 1 more with each later change of the message. */
  revision: number
}

/** How many messages of the dialog its `a` has sent, up to a message. */
export function sentByA({
  senderId,
  users,
  seq,
  sent
}: Pick<MessageDocument, 'senderId' | 'users' | 'seq' | 'sent'>): number {
  return senderId.equals(users[0]) ? sent : seq - sent
}

export interface ImageDocument {
  _id: string
  ownerId: ObjectId
  bytes: Binary
  /** Has the order of uploads; absent where it is older than all that have it. */
  added?: ObjectId
  /** Names the last time when the owner began to show it. */
  shown?: ObjectId
}

export interface SessionDocument {
  _id: ObjectId
  userId: ObjectId
  /** Of the user; it never changes. */
  tag: string
  expiresAt: Date
}

/** The name of an opening of the store. */
interface EpochDocument {
  _id: string
  /** The last version for which it has given cursors, where the store is a copy of the one in which it did. */
  lastVersion?: number
}

export interface SettingDocument {
  _id: string
  value: unknown
}

export interface Collections {
  users: Collection<UserDocument>
  conversations: Collection<ConversationDocument>
  messages: Collection<MessageDocument>
  sessions: Collection<SessionDocument>
  images: Collection<ImageDocument>
  epochs: Collection<EpochDocument>
  /** The design of the database, the newest version, the secret of tokens, and the mark of an unfinished copy. */
  settings: Collection<SettingDocument>
}

const indexes: Partial<Record<keyof Collections, IndexDescription[]>> = {
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

export function collectionsOf(database: Db): Collections {
  return {
    users: database.collection('users'),
    conversations: database.collection('conversations'),
    messages: database.collection('messages'),
    sessions: database.collection('sessions'),
    images: database.collection('images'),
    epochs: database.collection('epochs'),
    settings: database.collection('settings')
  }
}

const indexed = Object.keys(indexes) as (keyof Collections)[]

/** Makes the indexes that are not there; uniqueness is a promise of theirs. */
export async function createIndexes(collections: Collections, names = indexed): Promise<void> {
  for (const name of names) await collections[name].createIndexes(indexes[name] as IndexDescription[])
}
