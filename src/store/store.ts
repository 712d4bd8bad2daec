import type { Identity, SelfInfo } from '../schemas/user.js'
import type {
  AddedMessage,
  Image,
  NewMessage,
  NewUser,
  ReadMark,
  Session,
  StoredDialog,
  StoredMessage,
  StoredProfile,
  StoredUpdates,
  StoredUser,
  UserChanges,
  WantedContact
} from './records.js'

/** Observes a store. */
export interface StoreObserver {
  /** Called with each group of writes that has become durable together, and its duration in milliseconds. */
  onCommit?(writes: number, durationMs: number): void
  /**
   * Called with each stored message and with each duplicate, before `messages.add` resolves; also where `messages.add` was
   * refused because it took too long.
   */
  onMessage?(added: AddedMessage, message: NewMessage): void
}

export interface UserStore {
  /** Stores an account. @throws {AppError} `conflict` for a tag or an e-mail that is taken, in any case */
  create(user: NewUser): Promise<StoredUser>
  findById(_id: string): Promise<StoredUser | undefined>
  findByEmail(email: string): Promise<StoredUser | undefined>
  /** Returns the user that has a tag, in any case. */
  findByTag(tag: string): Promise<Identity | undefined>
  /** Returns users whose tag contains a text, without one user: tags that begin with it first, each part in the order of tags. */
  searchByTag(tagPart: string, exceptUserId: string, limit: number): Promise<StoredProfile[]>
  /** Returns users with a word of a name that begins with a text, without accents and case and without one user; none for the empty text. */
  searchByName(start: string, exceptUserId: string, limit: number): Promise<StoredProfile[]>
  /**
   * Returns users with whom a user has a dialog, the one of the newest message first. It reads the newest dialogs. Older ones are found
   * only if their tag or name is among the first that begin with the text.
   */
  searchContacts(wanted: WantedContact, userId: string, limit: number): Promise<StoredProfile[]>
  /**
   * Changes some fields of a user and returns all. A replaced picture is deleted unless another user shows it.
   * @throws {AppError} `invalidParams` for a picture that is neither the user's own nor the default one
   */
  update(_id: string, changes: UserChanges): Promise<SelfInfo>
  setPasswordHash(_id: string, passwordHash: string): Promise<void>
  setLastSeen(_id: string, lastSeen: number): Promise<void>
  /** Sets it within a second, for callers that do not wait. */
  noteLastSeen(_id: string, lastSeen: number): Promise<void>
}

export interface MessageStore {
  /**
   * Appends a message to the dialog of two users. A repeated `clientMessageId` of a sender returns the first message.
   * @throws {AppError} `conflict` when that one differs, `invalidParams` for an unknown tag
   */
  add(message: NewMessage): Promise<AddedMessage>
  /** Returns a slice of the dialog of two users, newest message first. */
  list(userId: string, peerId: string, startIndex: number, endIndex: number): Promise<StoredMessage[]>
  /** Returns the messages of the dialog of two users from one `seq` to another, both included, oldest first. */
  listBySeq(userId: string, peerId: string, fromSeq: number, toSeq: number): Promise<StoredMessage[]>
}

export interface DialogStore {
  /** Returns a slice of a user's dialogs, the one with the newest message first. */
  list(userId: string, startIndex: number, endIndex: number): Promise<StoredDialog[]>
  /** Moves a reader's mark forward to `upToSeq`, or to the last message of the dialog with a peer, if something is unread. */
  markAsRead(readerId: string, peerId: string, upToSeq?: number): Promise<ReadMark>
  /** Returns the ids of all users with whom a user has a dialog. */
  listContactIds(userId: string): Promise<string[]>
}

export interface UpdateStore {
  /** Returns the place in the history of all changes behind everything that is stored now. */
  newestCursor(): Promise<string>
  /**
   * Returns at most `limit` changes for a user after a cursor. A write that was in progress when the cursor was made comes after it.
   * @throws {AppError} `invalidParams` for a cursor that this store has not given
   */
  list(userId: string, cursor: string, limit: number): Promise<StoredUpdates>
}

export interface SessionStore {
  /**
   * Stores a log-in and deletes some that have expired.
   *
   * @param maxOfUser maximum sessions of a user; the other sessions that expire first are ended
   */
  add(session: Session, maxOfUser?: number): Promise<void>
  /** Returns a session that has neither ended nor expired. */
  find(_id: string): Promise<Session | undefined>
  end(_id: string): Promise<void>
}

export interface ImageStore {
  /** @param maxOfOwner maximum images of an owner; older ones that no user shows are deleted */
  add(image: Image, maxOfOwner?: number): Promise<void>
  find(name: string): Promise<Uint8Array | undefined>
}

/**
 * Everything that the messenger stores. The promise of a write resolves when the write is durable. Writes take effect in the order of
 * the calls; writes of `lastSeen` keep an order of their own. Users in parameters exist. Slices are half open: [startIndex, endIndex).
 */
export interface Store {
  users: UserStore
  messages: MessageStore
  dialogs: DialogStore
  updates: UpdateStore
  sessions: SessionStore
  images: ImageStore

  /** Returns the secret that signs tokens. It is made once and is the same for every process. */
  loadSecret(): Promise<string>
  /** Finishes waiting writes and closes the database. */
  close(): Promise<void>
}
