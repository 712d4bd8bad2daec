import type { Collections, ConversationDocument } from './collections.js'
import { type CountBehind, type MarkEntry, stateOf } from './journal.js'

/** Counts what the marks in some journals need to know of the messages that are applied already. */
export async function countBehindMarks(
  { messages }: Pick<Collections, 'messages'>,
  dialogs: ConversationDocument[]
): Promise<CountBehind> {
  const counts = new Map<string, number>()

  async function count(dialog: ConversationDocument, { _id, isByA, upToSeq }: MarkEntry) {
    const { lastSeq, a, b } = stateOf(dialog)
    const { readSeq, unread } = isByA ? a : b
    const senderTag = isByA ? dialog.user2Tag : dialog.user1Tag
    if (upToSeq === null || upToSeq >= lastSeq || upToSeq <= readSeq) return
    // Not countDocuments: it is an aggregation.
    const countFrom = async (from: number, to: number) => {
      const filter = { conversationId: dialog._id, seq: { $gt: from, $lte: to }, senderTag }
      return (await messages.find(filter, { projection: { _id: 1 } }).toArray()).length
    }
    // The shorter side of the new mark; what is behind a mark is never counted again.
    const isNearEnd = lastSeq - upToSeq < upToSeq - readSeq
    const behind = isNearEnd ? await countFrom(upToSeq, lastSeq) : unread - (await countFrom(readSeq, upToSeq))
    counts.set(_id.toHexString(), behind)
  }

  const marks = dialogs.flatMap((dialog) =>
    dialog.journal.filter((entry) => entry.kind === 'mark').map((entry) => count(dialog, entry))
  )
  await Promise.all(marks)
  return ({ _id }) => counts.get(_id.toHexString()) ?? 0
}
