import type { Identity, SelfInfo } from '../schemas/user.js'

export interface StoredUser extends SelfInfo {
  email: string
  passwordHash: string
}

/** A user as other users see it. */
export interface StoredProfile extends SelfInfo {
  /** Epoch in milliseconds: the last `setLastSeen`, or else the sign-up. */
  lastSeen: number
}

export type NewUser = Omit<StoredUser, '_id'>
export type UserChanges = Partial<Pick<SelfInfo, 'firstName' | 'lastName' | 'img'>>

export interface Session {
  _id: string
  user: Identity
  /** Epoch in milliseconds. */
  expiresAt: number
}

export interface NewMessage {
  sender: Identity
  /** In any case. */
  receiverTag: string
  text: string
  clientMessageId?: string | undefined
  /** The connection on which it came. The store only returns it in the announcement. */
  origin?: unknown
}

export interface AddedMessage {
  message: Omit<StoredMessage, 'isRead'>
  receiver: Identity
  /** Whether it was stored before. */
  isDuplicate: boolean
  /** Whether the receiver may not know it: it is new, or the process that stored it may have ended too early. */
  needsPush: boolean
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
  /** The user and the peer have read up to these `seq`. */
  readSeq: number
  peerReadSeq: number
  /** Numbers of unread messages to the user and to the peer. */
  unreadIncoming: number
  unreadOutgoing: number
}

export interface ReadMark {
  hasMoved: boolean
  /** Number of messages to the reader that are still unread. */
  unreadCount: number
  /** The reader has read up to this `seq`; 0 without a dialog. */
  upToSeq: number
}

/** The changes for a user since a cursor, in their present state. */
export interface StoredUpdates {
  /** New messages, in the order in which they were stored. */
  messages: StoredMessage[]
  /** The dialogs of these messages, and dialogs whose read marks moved. */
  dialogs: StoredDialog[]
  /** Peers and the user, if their profile changed. */
  users: StoredProfile[]
  /** Where the next updates begin. */
  cursor: string
  /** Whether more changes follow. */
  hasMore: boolean
}

/** A search for contacts by tag or name. */
export interface WantedContact {
  /** Part of the tag. */
  tagPart: string
  /** Start of a word of a name. */
  nameStart?: string
}

export interface Image {
  name: string
  ownerId: string
  bytes: Uint8Array
}
