import type { AnyBulkWriteOperation, ObjectId } from 'mongodb'
import type { Collections, ConversationDocument } from './collections.js'
import { type DialogWrite, entryOf, groupByDialog } from './letters.js'
import { dialogsOf } from './locate.js'

/**
 * Brings writes into the journals of their dialogs, in order, those of one dialog all or not at all.
 *
 * @returns those of dialogs that have taken none, because one of the messages has been taken over meanwhile
 */
export async function push({ conversations }: Collections, writes: DialogWrite[]): Promise<DialogWrite[]> {
  if (writes.length === 0) return []
  const groups = groupByDialog(writes)
  const { matchedCount } = await conversations.bulkWrite(groups.map(pushOf), { ordered: false })
  const refused = groups.length - matchedCount
  return refused === 0 ? [] : findRefused(conversations, writes, refused)
}

/** A dialog that has taken its writes lets nobody take them over: so it is known which ones have not. */
async function findRefused(conversations: Collections['conversations'], writes: DialogWrite[], count: number) {
  const takenOver = { $in: writes.map(({ _id }) => _id) }
  const found = conversations.find({ _id: { $in: dialogsOf(writes) }, takenOver }, { projection: { _id: 1 } })
  const refusing = new Set(await found.map(({ _id }) => String(_id)).toArray())
  if (refusing.size !== count) throw new Error('It is not known which writes other processes have made.')
  return writes.filter(({ dialog }) => refusing.has(String(dialog)))
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
