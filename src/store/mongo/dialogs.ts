import type { ObjectId } from 'mongodb'
import type { Store, StoredDialog, StoredProfile } from '../store.js'
import type { Collections, ConversationDocument, LastMessage } from './collections.js'
import { toId } from './ids.js'
import { stateOf } from './journal.js'
import { toMessage } from './messages.js'
import type { Settler } from './settler.js'
import { findProfiles } from './users.js'

export interface Dialogs extends Pick<Store, 'listDialogs' | 'listContactIds'> {
  /** Applies what is in the journals of a user's dialogs. @returns whether there was anything */
  settle(userId: string): Promise<boolean>
  /** Documents as a user sees them, with those with whom the user talks. */
  view(documents: ConversationDocument[], userId: string): Promise<StoredDialog[]>
}

/** Of dialogs in which something was said; in the order of the index. */
export const begun = { position: { $gt: 0 } }

export function createDialogs(collections: Collections, settler: Settler): Dialogs {
  const { conversations } = collections

  async function settle(userId: string) {
    const pending = conversations.find({ users: toId(userId), isPending: true }, { projection: { _id: 1 } })
    const ids = await pending.map(({ _id }) => _id).toArray()
    if (ids.length > 0) await settler.settle(ids)
    return ids.length > 0
  }

  async function view(documents: ConversationDocument[], userId: string) {
    const peerIds = documents.map(({ a, b }) => (a.equals(userId) ? b : a))
    const profiles = new Map((await findProfiles(collections, peerIds)).map((profile) => [profile._id, profile]))
    return documents.map((document, index) => {
      const peer = profiles.get((peerIds[index] as ObjectId).toHexString()) as StoredProfile
      return toDialog(document, userId, peer)
    })
  }

  const slice = (userId: string, startIndex: number, endIndex: number) =>
    conversations
      .find({ users: toId(userId), ...begun })
      .sort({ position: -1 })
      .skip(startIndex)
      .limit(endIndex - startIndex)
      .toArray()

  return {
    settle,
    view,

    async listDialogs(userId, startIndex, endIndex) {
      // Not at the same time: what was pending when the slice was read could have been applied when it is looked for.
      await settle(userId)
      return view(await slice(userId, startIndex, endIndex), userId)
    },

    async listContactIds(userId) {
      await settle(userId)
      const found = conversations.find({ users: toId(userId), ...begun }, { projection: { a: 1, b: 1 } })
      return found.map(({ a, b }) => (a.equals(userId) ? b : a).toHexString()).toArray()
    }
  }
}

function toDialog(dialog: ConversationDocument, userId: string, peer: StoredProfile): StoredDialog {
  const { a, b } = stateOf(dialog)
  const [own, others] = dialog.a.equals(userId) ? [a, b] : [b, a]
  return {
    _id: dialog._id.toHexString(),
    peer,
    lastMessage: toMessage(dialog, { ...(dialog.last as LastMessage), seq: dialog.lastSeq }),
    readSeq: own.readSeq,
    peerReadSeq: others.readSeq,
    unreadIncoming: own.unread,
    unreadOutgoing: others.unread
  }
}
