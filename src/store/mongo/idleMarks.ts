import type { ReadMark } from '../store.js'
import type { Collections, ConversationDocument } from './collections.js'
import { stateOf } from './journal.js'
import type { DialogWrite, ReadWish } from './letters.js'
import { dialogsOf } from './locate.js'

/** Finds the read marks that have nothing to move, so that nothing is written of them. */
export async function findIdleMarks(
  { conversations }: Collections,
  writes: DialogWrite[]
): Promise<Map<DialogWrite, ReadMark>> {
  const busy = new Set(writes.filter(({ kind }) => kind === 'message').map(({ dialog }) => String(dialog)))
  const wishes = writes.filter((write) => write.kind === 'mark' && !busy.has(String(write.dialog))) as ReadWish[]
  const idle = new Map<DialogWrite, ReadMark>()
  if (wishes.length === 0) return idle
  const projection = { a: 1, lastSeq: 1, readSeqA: 1, readSeqB: 1, unreadA: 1, unreadB: 1 }
  const settled = conversations.find({ _id: { $in: dialogsOf(wishes) }, isPending: false }, { projection })
  const dialogs = new Map(await settled.map((dialog) => [String(dialog._id), dialog] as const).toArray())
  for (const wish of wishes) {
    const dialog = dialogs.get(String(wish.dialog))
    const mark = dialog && markOf(dialog, wish.readerId)
    if (mark && (mark.unreadCount === 0 || Math.min(wish.upToSeq ?? dialog.lastSeq, dialog.lastSeq) <= mark.upToSeq)) {
      idle.set(wish, mark)
    }
  }
  return idle
}

/** How far a reader has read, as a mark that does not move says it. */
export function markOf(dialog: ConversationDocument, readerId: string): ReadMark {
  const { a, b } = stateOf(dialog)
  const { readSeq: upToSeq, unread: unreadCount } = dialog.a.equals(readerId) ? a : b
  return { hasMoved: false, upToSeq, unreadCount }
}
