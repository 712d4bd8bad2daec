import type { Binary, Collection, Db, IndexDescription, ObjectId } from 'mongodb'
import type { Entry } from './journal.js'

/** Fields that the first generation has named keep their names and their meaning. */
export interface UserDocument {
  _id: ObjectId
  tag: string
  /** Lower case, without the `@`. */
  tagKey: string
  email: string
  emailKey: string
  /** Under what the user is found by the start of a name; absent until it is made of the present names. */
  nameKeys?: string[]
  /** argon2 hash. */
  password: string
  firstName: string
  lastName: string
  img: string
  /** The `shown` of the picture; absent where that has none. */
  imgShown?: ObjectId | null
  lastSeen: number
  /** The version at which the data changed. */
  changed: number
  /** Names a change of which the dialogs have still to be told. */
  untoldChange: ObjectId | null
}

/** What the dialog shows of its last message. */
export interface LastMessage {
  _id: ObjectId
  senderTag: string
  text: string
  date: Date
}

/** A dialog of the users `a` and `b`, `a` the one with the smaller id. */
export interface ConversationDocument {
  _id: ObjectId
  a: ObjectId
  b: ObjectId
  /** Both, since one index then finds the dialogs of either. */
  users: ObjectId[]
  user1Tag: string
  user2Tag: string
  lastSeq: number
  /** Null until there is one. */
  last: LastMessage | null
  readSeqA: number
  readSeqB: number
  unreadA: number
  unreadB: number
  /** The version of the last message, 0 without one. */
  position: number
  /** The version of the last move of a read mark. */
  marked: number
  /** The version of the last change of the data of `a`, respectively of `b`. */
  changedA: number
  changedB: number
  /** What is stored of the dialog and not yet applied to the fields above, nor to the other collections. */
  journal: Entry[]
  isPending: boolean
  /** How often the journal has been applied: who applies it names the number that was there when it was read. */
  applied: number
  /** The last messages that another one than their first writer has stored, who so learns of it. */
  takenOver: ObjectId[]
}

export interface MessageDocument {
  _id: ObjectId
  conversationId: ObjectId
  users: ObjectId[]
  senderTag: string
  receiverTag: string
  text: string
  date: Date
  seq: number
  version: number
}

/** Which message has, or would have got, a `clientMessageId`. `_id` is the sender's id and the `clientMessageId`. */
export interface ClaimDocument {
  _id: string
  messageId: ObjectId
  /** Tells whether it is the same message. */
  digest: string
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
  /** From then on MongoDB deletes it. */
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
  clientMessageIds: Collection<ClaimDocument>
  sessions: Collection<SessionDocument>
  images: Collection<ImageDocument>
  epochs: Collection<EpochDocument>
  /** The newest version, the secret of tokens, and the mark of an unfinished copy. */
  settings: Collection<SettingDocument>
}

const indexes: Partial<Record<keyof Collections, IndexDescription[]>> = {
  users: [
    { key: { tagKey: 1 }, unique: true },
    { key: { emailKey: 1 }, unique: true },
    { key: { untoldChange: 1 } },
    { key: { nameKeys: 1 } },
    { key: { img: 1 } }
  ],
  images: [{ key: { ownerId: 1, added: 1 } }],
  conversations: [
    { key: { a: 1, b: 1 }, unique: true },
    { key: { users: 1, position: -1 } },
    { key: { users: 1, marked: 1 } },
    { key: { users: 1, isPending: 1 } },
    { key: { a: 1, changedB: 1 } },
    { key: { b: 1, changedA: 1 } }
  ],
  messages: [{ key: { conversationId: 1, seq: 1 }, unique: true }, { key: { users: 1, version: 1 } }],
  sessions: [{ key: { expiresAt: 1 }, expireAfterSeconds: 0 }, { key: { userId: 1, expiresAt: -1 } }]
}

export function collectionsOf(database: Db): Collections {
  return {
    users: database.collection('users'),
    conversations: database.collection('conversations'),
    messages: database.collection('messages'),
    clientMessageIds: database.collection('clientMessageIds'),
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
