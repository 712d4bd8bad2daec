import type { Identity, SelfInfo } from '../schemas/user.js'

export interface StoredUser extends SelfInfo {
  email: string
  passwordHash: string
}

/** What of a user others may see. */
export interface StoredProfile extends SelfInfo {
  /** Epoch in milliseconds: what `setLastSeen` was told, or when the user signed up. */
  lastSeen: number
}

export type NewUser = Omit<StoredUser, '_id'>
export type UserChanges = Partial<Pick<SelfInfo, 'firstName' | 'lastName' | 'img'>>

/** A log-in. */
export interface Session {
  _id: string
  user: Identity
  /** Epoch in milliseconds. */
  expiresAt: number
}

export interface NewMessage {
  senderId: string
  /** In any case. */
  receiverTag: string
  text: string
  clientMessageId?: string
}

export interface AddedMessage {
  message: Omit<StoredMessage, 'isRead'>
  receiver: Identity
  /** Whether it was there already. */
  isDuplicate: boolean
  /** Whether its receiver has still to be told: it is new, or the process that stored it may have ended before it could. */
  isUntold: boolean
}

export interface StoredMessage {
  _id: string
  senderId: string
  receiverId: string
  text: string
  /** 1, 2, 3, … in its dialog. */
  seq: number
  /** Epoch in milliseconds, never before the previous message's of the dialog. */
  date: number
  isRead: boolean
}

export interface StoredDialog {
  _id: string
  peer: StoredProfile
  lastMessage: StoredMessage
  /** The user, respectively the peer, has read up to this `seq`. */
  readSeq: number
  peerReadSeq: number
  /** Messages to the user, respectively to the peer, that are unread. */
  unreadIncoming: number
  unreadOutgoing: number
}

export interface ReadMark {
  hasMoved: boolean
  /** How many messages to the reader are still unread. */
  unreadCount: number
  /** The reader has read up to this `seq`; 0 without a dialog. */
  upToSeq: number
}

/** What has changed for a user since a cursor, in its present state. */
export interface StoredUpdates {
  /** New messages, in the order in which they were stored. */
  messages: StoredMessage[]
  /** The dialogs of these messages, and those whose read marks moved. */
  dialogs: StoredDialog[]
  /** Peers whose data changed, and the user when the user's did. */
  users: StoredProfile[]
  /** Where the next updates begin. */
  cursor: string
  /** Whether the limit has cut something off. */
  hasMore: boolean
}

/** A contact is found by either one. */
export interface WantedContact {
  /** Part of the tag. */
  tagPart: string
  /** Start of a word of a name; it finds nobody when absent. */
  nameStart?: string
}

export interface Image {
  name: string
  ownerId: string
  bytes: Uint8Array
}

/** Who watches how a store does. */
export interface CommitObserver {
  /** Told of each group of writes that has become durable together. */
  onCommit?(writes: number, durationMs: number): void
}

/**
 * What the messenger remembers. A promise of a write resolves when the write is durable; writes take effect in the
 * order of the calls, those of when somebody was seen among themselves. A user, where given, exists. Slices are half open: [startIndex, endIndex).
 */
export interface Store {
  /** Stores an account. @throws {AppError} `conflict` for a tag or an e-mail that is taken, whatever its case. */
  createUser(user: NewUser): Promise<StoredUser>
  findUserById(_id: string): Promise<StoredUser | undefined>
  findUserByEmail(email: string): Promise<StoredUser | undefined>
  /** Who has a tag, whatever its case. */
  findIdentityByTag(tag: string): Promise<Identity | undefined>
  /** Users whose tag contains a text, but one user: tags that begin with it first, each part in the order of tags. */
  findUsersByTag(tagPart: string, exceptUserId: string, limit: number): Promise<StoredProfile[]>
  /** Users with a word of a name that begins with a text, accents and case aside, but one user; none for the empty text. */
  findUsersByName(start: string, exceptUserId: string, limit: number): Promise<StoredProfile[]>
  /**
   * Users with whom a user has a dialog, the one of the newest message first. It looks at the newest dialogs, and beyond them
   * at those only whose tag or name is among the first that begin with the text.
   */
  findContacts(wanted: WantedContact, userId: string, limit: number): Promise<StoredProfile[]>
  /**
   * Changes some fields of a user and returns the whole. A picture that is replaced is removed, unless another user shows it.
   * @throws {AppError} `invalidParams` for a picture that is neither the user's own nor the default one
   */
  updateUser(_id: string, changes: UserChanges): Promise<SelfInfo>
  setPasswordHash(_id: string, passwordHash: string): Promise<void>
  setLastSeen(_id: string, lastSeen: number): Promise<void>
  /** The same, where nobody is waiting for it: it may take a second. */
  noteLastSeen(_id: string, lastSeen: number): Promise<void>

  /**
   * Appends a message to the dialog of two users. The same `clientMessageId` of a sender gives the first message
   * again. @throws {AppError} `conflict` when that one differs, `invalidParams` when nobody has the tag
   *
   * @param onAdded told of it before the promise resolves; and also when that was refused because it took too long
   */
  addMessage(message: NewMessage, onAdded?: (added: AddedMessage) => void): Promise<AddedMessage>
  /** A slice of the dialog of two users, newest message first. */
  listMessages(userId: string, peerId: string, startIndex: number, endIndex: number): Promise<StoredMessage[]>
  /** The messages of the dialog of two users from one `seq` to another, both included, oldest first. */
  listMessagesBySeq(userId: string, peerId: string, fromSeq: number, toSeq: number): Promise<StoredMessage[]>
  /** A slice of a user's dialogs, the one with the newest message first. */
  listDialogs(userId: string, startIndex: number, endIndex: number): Promise<StoredDialog[]>
  /** While something is unread, moves a reader's mark forward to `upToSeq`, or to the last message of the dialog with a peer. */
  markAsRead(readerId: string, peerId: string, upToSeq?: number): Promise<ReadMark>
  /** The ids of everybody with whom a user has a dialog. */
  listContactIds(userId: string): Promise<string[]>

  /** The place in the history of all changes where everything that is stored now has happened. */
  newestCursor(): Promise<string>
  /**
   * What has happened to a user after a cursor, of which `limit` changes at most. What was being written when the cursor
   * was made comes after it. @throws {AppError} `invalidParams` for a cursor that this store has not given
   */
  listUpdates(userId: string, cursor: string, limit: number): Promise<StoredUpdates>

  /**
   * Keeps a log-in; some that have expired are forgotten.
   *
   * @param maxOfUser with more of them, the user's others that expire first end
   */
  addSession(session: Session, maxOfUser?: number): Promise<void>
  /** One that has neither ended nor expired. */
  findSession(_id: string): Promise<Session | undefined>
  endSession(_id: string): Promise<void>

  /** @param maxOfOwner with more of them, the owner's oldest ones go: but this one, and what somebody shows */
  addImage(image: Image, maxOfOwner?: number): Promise<void>
  findImage(name: string): Promise<Uint8Array | undefined>

  /** The secret that tokens are signed with, made when there is none, and the same for every process. */
  loadSecret(): Promise<string>

  /** Finishes the writes that wait and lets go of the database. */
  close(): Promise<void>
}
