import type { Notifier } from '../notifier/notifier.js'
import type { Dialog } from '../schemas/dialog.js'
import type { Message } from '../schemas/message.js'
import type { Identity, SelfInfo, UserInfo } from '../schemas/user.js'
import type { StoredDialog, StoredMessage, StoredProfile } from '../store/records.js'

/** Returns a stored message as clients see it. */
export function serializeMessage(message: StoredMessage, user: Identity, peer: Identity): Message {
  const { _id, text, seq, isRead } = message
  return { _id, ...tagsOf(message, user, peer), text, seq, date: toIsoDate(message), isRead }
}

/** Returns the profile of the user who asks, without private fields of the server. */
export function serializeSelf({ _id, tag, firstName, lastName, img }: SelfInfo): SelfInfo {
  return { _id, tag, firstName, lastName, img }
}

export function serializeUser(user: StoredProfile, notifier: Notifier): UserInfo {
  const { _id, tag, firstName, lastName, img } = user
  const isOnline = notifier.isOnline(_id)
  return { _id, tag, firstName, lastName, img, isOnline, lastSeen: isOnline ? Date.now() : user.lastSeen }
}

/** Returns a stored dialog as the user who asks sees it. */
export function serializeDialog(dialog: StoredDialog, user: Identity, notifier: Notifier): Dialog {
  const { _id, peer, lastMessage, readSeq, peerReadSeq, unreadIncoming, unreadOutgoing } = dialog
  return {
    _id,
    ...tagsOf(lastMessage, user, peer),
    date: toIsoDate(lastMessage),
    text: lastMessage.text,
    unreadCount: unreadIncoming + unreadOutgoing,
    lastSeq: lastMessage.seq,
    readSeq,
    peerReadSeq,
    unreadIncoming,
    userInfo: serializeUser(peer, notifier)
  }
}

function tagsOf({ senderId }: StoredMessage, user: Identity, peer: Identity) {
  return senderId === user._id
    ? { senderTag: user.tag, receiverTag: peer.tag }
    : { senderTag: peer.tag, receiverTag: user.tag }
}

function toIsoDate({ date }: StoredMessage): string {
  return new Date(date).toISOString()
}
