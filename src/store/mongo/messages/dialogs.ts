import type { ObjectId } from 'mongodb'
import type { DialogStore, StoredDialog, StoredProfile } from '../../store.js'
import type { Collections, ConversationDocument, MessageDocument } from '../collections.js'
import type { ReadOptions } from '../connect.js'
import { toId } from '../ids.js'
import { begun, findContactIds, peerOf } from '../updates/contacts.js'
import { findProfiles } from '../users/users.js'
import { toMessage } from './messages.js'
import type { UnversionedChanges } from './unversionedChanges.js'

export interface Dialogs extends Pick<DialogStore, 'list' | 'listContactIds'> {
  /** Brings the dialogs of a user up to date, with all messages that are stored. */
  complete(user: ObjectId): Promise<void>
  /** Returns dialogs as a user sees them. */
  view(documents: ConversationDocument[], user: ObjectId, options?: ReadOptions): Promise<StoredDialog[]>
}

/** Without what only the versions of messages need. */
export const dialogFields = { projection: { lastVersions: 0 } }

export function createDialogs(collections: Collections, unversioned: UnversionedChanges): Dialogs {
  const { conversations, messages } = collections

  async function complete(user: ObjectId) {
    const found = await unversioned.findMessages([user])
    if (found.length > 0) await unversioned.complete({ messages: found, marks: [], users: [] })
  }

  async function view(documents: ConversationDocument[], user: ObjectId, options: ReadOptions = {}) {
    const lastIds = documents.flatMap(({ lastId }) => lastId ?? [])
    const [profiles, last] = await Promise.all([
      findProfiles(
        collections,
        documents.map((dialog) => peerOf(dialog, user)),
        options
      ),
      messages.find({ _id: { $in: lastIds } }, options).toArray()
    ])
    const peers = new Map(profiles.map((profile) => [profile._id, profile]))
    const lastOf = new Map(last.map((message) => [String(message.conversationId), message]))
    // After a restore of different moments the last message may be missing, or a user.
    for (const { _id } of documents.filter(({ _id }) => !lastOf.has(String(_id)))) {
      const newest = await messages.findOne({ conversationId: _id }, { sort: { seq: -1 }, ...options })
      if (newest) lastOf.set(String(_id), newest)
    }
    return documents.flatMap((dialog) => {
      const message = lastOf.get(String(dialog._id))
      const peer = peers.get(String(peerOf(dialog, user)))
      return message && peer ? toDialog(dialog, user, peer, message) : []
    })
  }

  return {
    complete,
    view,

    async list(userId, startIndex, endIndex) {
      const user = toId(userId)
      // Not at the same time: what had no version when the slice was read could have one when it is looked for.
      await complete(user)
      const found = conversations.find({ users: user, ...begun }, dialogFields).sort({ position: -1 })
      const slice = await found
        .skip(startIndex)
        .limit(endIndex - startIndex)
        .toArray()
      return view(slice, user)
    },

    async listContactIds(userId) {
      const user = toId(userId)
      await complete(user)
      return (await findContactIds(collections, user)).map(String)
    }
  }
}

function toDialog(
  dialog: ConversationDocument,
  user: ObjectId,
  peer: StoredProfile,
  last: MessageDocument
): StoredDialog {
  const { lastSeq, sentByA, readSeqA, readCountA, readSeqB, readCountB } = dialog
  // A mark may be newer than the last message that was read before it.
  const a = { readSeq: readSeqA, unread: Math.max(0, lastSeq - sentByA - readCountA) }
  const b = { readSeq: readSeqB, unread: Math.max(0, sentByA - readCountB) }
  const [own, others] = dialog.a.equals(user) ? [a, b] : [b, a]
  return {
    _id: dialog._id.toHexString(),
    peer,
    lastMessage: toMessage(last, dialog),
    readSeq: own.readSeq,
    peerReadSeq: others.readSeq,
    unreadIncoming: own.unread,
    unreadOutgoing: others.unread
  }
}
