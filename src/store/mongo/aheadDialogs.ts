import type { ObjectId } from 'mongodb'
import { type Collections, type ConversationDocument, type MessageDocument, sentByA } from './collections.js'
import { type HeadedDialog, versionOf } from './dialogHeads.js'

type Ahead = Pick<ConversationDocument, '_id' | 'lastSeq'>

/**
 * After a restore of different moments the document of a dialog may be ahead of the dialog's messages. What it names for the numbers
 * of lost messages, versions and read marks, is not for the messages that get these numbers next.
 */
export interface AheadDialogs {
  /** Moves a dialog back to its newest message, unless that is only newer than this process knows. */
  moveBackTo(
    tail: { seq: number; sentByA: number },
    dialog: Ahead & Pick<ConversationDocument, 'lastId'>
  ): Promise<void>
  /**
   * Moves a dialog back whose document is beyond a message that has no version, and names none for it.
   *
   * @returns whether it is so
   */
  moveBackBefore(unversioned: HeadedDialog): Promise<boolean>
}

type Parts = Pick<Collections, 'conversations' | 'messages'>

export function createAheadDialogs({ conversations, messages }: Parts): AheadDialogs {
  /** Whether a message is as it is thought to be: a write that changes nothing, since a read may be behind. */
  async function isPresent(message: Partial<Pick<MessageDocument, '_id' | 'version'>>): Promise<boolean> {
    return (await messages.updateOne(message, { $set: message })).matchedCount > 0
  }

  async function move({ _id, lastSeq }: Ahead, seq: number, countA: number) {
    const marks = { readSeqA: seq, readCountA: seq - countA, readSeqB: seq, readCountB: countA }
    const update = { $set: { lastSeq: seq, sentByA: countA, lastVersions: [] }, $min: marks }
    await conversations.updateOne({ _id, lastSeq }, update)
  }

  return {
    async moveBackTo({ seq, sentByA: countA }, dialog) {
      if (!(await isPresent({ _id: dialog.lastId as ObjectId }))) await move(dialog, seq, countA)
    },

    async moveBackBefore({ dialog, head, messages: unversioned }) {
      const first = unversioned.find((message) => versionOf(message, head) === undefined)
      // Otherwise it has had its version since before the document moved on.
      if (!first || !(await isPresent({ _id: first._id, version: null }))) return false
      const isFromA = first.senderId.equals(first.users[0])
      await move({ _id: dialog, lastSeq: head.lastSeq }, first.seq - 1, sentByA(first) - Number(isFromA))
      return true
    }
  }
}
