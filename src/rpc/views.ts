import type { Notifier } from '../plugins/notifier.js'
import type { Dialog } from '../schemas/dialog.js'
import type { Message } from '../schemas/message.js'
import type { Identity, SelfInfo, UserInfo } from '../schemas/user.js'
import type { StoredDialog, StoredMessage, StoredProfile } from '../store/store.js'

/** A stored message of a dialog as clients see it. */
export function viewMessage(
  { _id, senderId, text, seq, date, isRead }: StoredMessage,
  user: Identity,
  peer: Identity
): Message {
  const [sender, receiver] = senderId === user._id ? [user, peer] : [peer, user]
  return {
    _id,
    senderTag: sender.tag,
    receiverTag: receiver.tag,
    text,
    seq,
    date: new Date(date).toISOString(),
    isRead
  }
}

/** A user without what only the server may know. */
export function viewSelf({ _id, tag, firstName, lastName, img }: SelfInfo): SelfInfo {
  return { _id, tag, firstName, lastName, img }
}

export function viewUser(user: StoredProfile, notifier: Notifier): UserInfo {
  const isOnline = notifier.isOnline(user._id)
  return { ...viewSelf(user), isOnline, lastSeen: isOnline ? Date.now() : user.lastSeen }
}

/** A stored dialog of a user as that user sees it. */
export function viewDialog(dialog: StoredDialog, user: Identity, notifier: Notifier): Dialog {
  const { senderTag, receiverTag, date, text, seq } = viewMessage(dialog.lastMessage, user, dialog.peer)
  const { _id, readSeq, peerReadSeq, unreadIncoming, unreadOutgoing } = dialog
  return {
    _id,
    senderTag,
    receiverTag,
    date,
    text,
    unreadCount: unreadIncoming + unreadOutgoing,
    lastSeq: seq,
    readSeq,
    peerReadSeq,
    unreadIncoming,
    userInfo: viewUser(dialog.peer, notifier)
  }
}
