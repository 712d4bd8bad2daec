/** What one store hands over to another, whatever each is made of. Dates are epochs in milliseconds. */
interface Records {
  users: UserRecord
  sessions: SessionRecord
  images: ImageRecord
  dialogs: DialogRecord
  messages: MessageRecord
}

export type Kind = keyof Records

/** Each kind behind those that it refers to; and not sessions, which come and go without a new version. */
export const kinds: readonly Kind[] = ['users', 'images', 'dialogs', 'messages']

export interface UserRecord {
  _id: string
  tag: string
  email: string
  /** Kept, since a user may have one that an older version made. */
  emailKey: string
  passwordHash: string
  firstName: string
  lastName: string
  img: string
  lastSeen: number
  /** The version of the last change of the data, 0 before the first one. */
  changed: number
  /** 1, and 1 more with each change of the data. */
  revision: number
}

export interface SessionRecord {
  _id: string
  userId: string
  tag: string
  expiresAt: number
}

export interface ImageRecord {
  name: string
  ownerId: string
  bytes: Uint8Array
}

/**
 * A dialog of `a` and `b`, with the read mark of either side. The receiving store derives the rest from the messages: the last one,
 * the place in lists, and the unread counts. It shows no dialog without a message.
 */
export interface DialogRecord {
  _id: string
  a: string
  b: string
  tagA: string
  tagB: string
  readSeqA: number
  readSeqB: number
  /** The version of the last move of a read mark, 0 before the first one. */
  marked: number
}

/** A message of a dialog. Messages come dialog by dialog, in the order of `seq`. */
export interface MessageRecord {
  _id: string
  dialogId: string
  /** The users of the dialog. */
  a: string
  b: string
  isFromA: boolean
  seq: number
  /** How many messages of the dialog the sender has sent, up to this one. */
  sent: number
  /** Grows with `seq`; the one of the last message is the place of the dialog in lists. */
  version: number
  /** 1, and 1 more with each later change of the message. */
  revision: number
  date: number
  text: string
  clientMessageId: string | null
}

/** An epoch, and up to which version it has given cursors. */
export interface Epoch {
  name: string
  lastVersion: number
}

/** What there is one of. */
export interface State {
  /** The newest version. */
  version: number
  /** One for each start of a server, so that there are never many; in the order of the last versions. */
  epochs: Epoch[]
  /** Absent where the configuration has one. */
  secret: string | undefined
}

export interface Page<T> {
  records: T[]
  /** The key after which the next page begins; absent after the last one. */
  next: string | undefined
}

/** All records of a kind, in the order of their keys, which only the store itself understands. */
export interface Shelf<T> {
  /** @param after the empty text for the first page */
  read(after: string, limit: number): Promise<Page<T>>
  /** Resolves when they are durable. Those that are there already are replaced. */
  write(records: T[]): Promise<void>
  count(): Promise<number>
}

export type Shelves = { [K in Kind]: Shelf<Records[K]> }

/** How far an unfinished copy has come. */
export interface Mark {
  /** The name of the source. */
  from: string
  /** The newest version of the source when it began. */
  version: number
  kind: Kind
  /** The key of the last record of the kind that is copied. */
  after: string
  /** How many of the kind are copied. */
  done: number
}

interface Archive {
  /** The URL, without what is secret in it. */
  name: string
  shelves: Shelves
  close(): Promise<void>
}

/** A store that is copied. */
export interface Source extends Archive {
  state(): Promise<State>
}

/** A store that is to become a copy: one that holds nothing, or an unfinished copy. */
export interface Target extends Archive {
  mark(): Promise<Mark | undefined>
  /** From now on it is an unfinished copy, on which no server starts. */
  setMark(mark: Mark): Promise<void>
  /** Whoever has logged out of the source since an unfinished copy was begun does not come in by it. */
  forgetSessions(): Promise<void>
  /** Stores the rest, and takes the mark away as the last thing of all. */
  finish(state: State): Promise<void>
}

export function describeUnfinished({ from }: Pick<Mark, 'from'>): string {
  return `the store is an unfinished copy of ${from}: run "messenger-server copy" with the same stores again, which finishes it`
}

export const holdsSomething = 'it already holds something, and only an empty store becomes a copy'
export const holdsOtherSecret =
  'it already has a token secret, another one, so that nobody would remain logged in: choose a store on which no server has been started yet'
