import type { Image, StoredProfile, StoredUser } from '../../store/records.js'
import type { CopyCheckpoint } from '../../store/unfinishedCopy.js'

/** Records that one store hands over to another, of any two types of stores. Dates are epochs in milliseconds. */
interface Records {
  users: UserRecord
  sessions: SessionRecord
  images: Image
  dialogs: DialogRecord
  messages: MessageRecord
}

export type Kind = CopyCheckpoint['kind']

/** Each kind comes after those that it refers to. Sessions are not in the list, because they change without a new version. */
export const kinds: readonly Kind[] = ['users', 'images', 'dialogs', 'messages']

export interface UserRecord extends StoredUser, StoredProfile {
  /** Copied as it is, because an older version may have made it. */
  emailKey: string
  /** The version of the last change of the profile; 0: never changed. */
  changed: number
  /** 1, and 1 more after each change of the profile. */
  revision: number
}

export interface SessionRecord {
  _id: string
  userId: string
  tag: string
  expiresAt: number
}

/**
 * A dialog of `a` and `b`, with the read mark of either side. The target derives the rest from the messages: the last message,
 * the place in lists and the unread counts. It drops a dialog without a message.
 */
export interface DialogRecord {
  _id: string
  a: string
  b: string
  tagA: string
  tagB: string
  readSeqA: number
  readSeqB: number
  /** The version of the last move of a read mark; 0: never moved. */
  marked: number
}

/** A message. A source returns messages dialog by dialog, in the order of `seq`. */
export interface MessageRecord {
  _id: string
  dialogId: string
  /** The users of the dialog. */
  a: string
  b: string
  isFromA: boolean
  seq: number
  /** Number of messages that the sender has sent in the dialog, this one included. */
  sent: number
  /** Grows with `seq`. The version of the last message is the dialog's place in lists. */
  version: number
  /** 1, and 1 more after each later change of the message. */
  revision: number
  date: number
  text: string
  clientMessageId: string | null
}

/** An epoch of cursors. */
export interface Epoch {
  name: string
  /** The newest version that a cursor of the epoch can have. */
  lastVersion: number
}

/** Values that a store has once. */
export interface State {
  /** The newest version. */
  version: number
  /** One epoch for each start of a server, in the order of the last versions. */
  epochs: Epoch[]
  /** Absent where the configuration has the secret. */
  secret: string | undefined
}

export interface Page<T> {
  records: T[]
  /** The key after which the next page begins; absent on the last page. */
  next: string | undefined
}

/** All records of a kind, in the order of their keys. Only the store itself understands a key. */
export interface Table<T> {
  /** @param after the empty string for the first page */
  read(after: string, limit: number): Promise<Page<T>>
  /** Resolves when the records are durable. Replaces those that exist. */
  write(records: T[]): Promise<void>
  count(): Promise<number>
}

export type Tables = { [K in Kind]: Table<Records[K]> }

/** One side of a transfer. */
interface Side {
  /** The URL without its secrets. */
  name: string
  tables: Tables
  close(): Promise<void>
}

export interface Source extends Side {
  state(): Promise<State>
}

/** A store that becomes a copy: an empty one, or an unfinished copy. */
export interface Target extends Side {
  readCheckpoint(): Promise<CopyCheckpoint | undefined>
  /** Marks the store as an unfinished copy, on which no server starts. */
  writeCheckpoint(checkpoint: CopyCheckpoint): Promise<void>
  /** Deletes all sessions, because some may have ended in the source since the copy began. */
  forgetSessions(): Promise<void>
  /** Stores the state, and removes the checkpoint last. */
  finish(state: State): Promise<void>
}

export const holdsSomething = 'it already holds something, and only an empty store becomes a copy'
export const holdsOtherSecret =
  'it already has a token secret, another one, so that nobody would remain logged in: choose a store on which no server has been started yet'
