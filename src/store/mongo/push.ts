import type { AnyBulkWriteOperation, ObjectId } from 'mongodb'
import type { Collections, ConversationDocument } from './collections.js'
import { type DialogWrite, entryOf } from './letters.js'

/** Brings writes into the journals of their dialogs, in order, those of one dialog all or not at all. */
export async function push({ conversations }: Collections, writes: DialogWrite[]): Promise<void> {
  if (writes.length === 0) return
  const byDialog = new Map<string, DialogWrite[]>()
  for (const write of writes) {
    const key = String(write.dialog)
    const others = byDialog.get(key)
    if (others) others.push(write)
    else byDialog.set(key, [write])
  }
  await conversations.bulkWrite(Array.from(byDialog.values(), pushOf), { ordered: false })
}

/** Does nothing where one of the messages has been taken over meanwhile. */
function pushOf(writes: DialogWrite[]): AnyBulkWriteOperation<ConversationDocument> {
  const [{ dialog: _id }] = writes as [DialogWrite]
  const claimed = writes.filter((write) => write.kind === 'message' && write.message.clientMessageId !== undefined)
  const ids = claimed.map((write) => write._id)
  const unlessTaken = ids.length > 0 ? { 'journal._id': { $nin: ids }, takenOver: { $nin: ids } } : {}
  return {
    updateOne: {
      filter: { _id: _id as ObjectId, ...unlessTaken },
      update: { $push: { journal: { $each: writes.map(entryOf) } }, $set: { isPending: true } }
    }
  }
}
