import type { ObjectId } from 'mongodb'
import type { StoredDialog, StoredProfile } from '../../records.js'
import type { DialogStore } from '../../store.js'
import type { Collections, ConversationDocument, MessageDocument } from '../collections.js'
import type { ReadOptions } from '../connect.js'
import { toId } from '../ids.js'
import { findProfiles } from '../users/users.js'
import { begun, findContactIds, peerOf } from './contacts.js'
import type { UnversionedChanges } from './followUps.js'
import { toMessage } from './messages.js'

/** All fields but those that only the versions of messages need. */
export const dialogFields = { projection: { lastVersions: 0 } }

export type Dialogs = ReturnType<typeof createDialogs>

export function createDialogs(
  collections: Collections,
  unversioned: Pick<UnversionedChanges, 'findMessages' | 'complete'>
) {
  const { conversations, messages } = collections

  /** Brings the dialogs of a user up to date with all stored messages. */
  async function complete(user: ObjectId) {
    const found = await unversioned.findMessages([user])
    if (found.length > 0) await unversioned.complete({ messages: found, marks: [], users: [] })
  }

  /** Returns dialogs as a user sees them. */
  async function describe(documents: ConversationDocument[], user: ObjectId, options: ReadOptions = {}) {
    const lastIds = documents.flatMap(({ lastId }) => lastId ?? [])
    const peerIds = documents.map((dialog) => peerOf(dialog, user))
    const [profiles, last] = await Promise.all([
      findProfiles(collections, peerIds, options),
      messages.find({ _id: { $in: lastIds } }, options).toArray()
    ])
    const peers = new Map(profiles.map((profile) => [profile._id, profile]))
    const lastOf = new Map(last.map((message) => [String(message.conversationId), message]))
    // A restore of different moments may lack the last message, or a user.
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

  const store: Pick<DialogStore, 'list' | 'listContactIds'> = {
    async list(userId, startIndex, endIndex) {
      const user = toId(userId)
      // One after the other: a message could get its version between the read of the slice and the search for it.
      await complete(user)
      const found = conversations.find({ users: user, ...begun }, dialogFields).sort({ position: -1 })
      const slice = await found
        .skip(startIndex)
        .limit(endIndex - startIndex)
        .toArray()
      return describe(slice, user)
    },

    async listContactIds(userId) {
      const user = toId(userId)
      await complete(user)
      return (await findContactIds(collections, user)).map(String)
    }
  }

  return { complete, describe, ...store }
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
