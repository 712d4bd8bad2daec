import type { ObjectId } from 'mongodb'
import pLimit from 'p-limit'
import type { Collections } from './collections.js'
import { type DialogWrite, entryOf, groupByDialog } from './letters.js'

// Each attempt fails only when another process has applied the journal.
const maxAttempts = 100
// As many as a group may hold, all of which may be sent again at the same time.
const maxRemembered = 1000
// Far fewer than there may be connections, for which others wait, too.
const maxDialogsAtATime = 20

/**
 * Stores writes that may be stored already, by another process or by one that was killed, exactly once, and in order.
 *
 * Between the look for them and the write nothing may have been applied to their dialog, since it could have been these;
 * and who comes too late with one sees in `takenOver` that it is there.
 *
 * @returns those that have been stored now
 */
export async function takeOver(collections: Collections, writes: DialogWrite[]): Promise<DialogWrite[]> {
  const limit = pLimit(maxDialogsAtATime)
  const taken = groupByDialog(writes).map((group) => limit(() => takeOverInDialog(collections, group)))
  return (await Promise.all(taken)).flat()
}

async function takeOverInDialog({ conversations, messages }: Collections, writes: DialogWrite[]) {
  const filter = { _id: writes[0]?.dialog as ObjectId }
  const wanted = { _id: { $in: writes.map(({ _id }) => _id) } }
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const dialog = await conversations.findOne(filter, { projection: { applied: 1, 'journal._id': 1 } })
    const there = new Set(dialog?.journal.map(({ _id }) => String(_id)))
    for await (const { _id } of messages.find(wanted, { projection: { _id: 1 } })) there.add(String(_id))
    const missing = writes.filter(({ _id }) => !there.has(String(_id)))
    if (missing.length === 0) return []
    const ids = missing.map(({ _id }) => _id)
    const { modifiedCount } = await conversations.updateOne(
      { ...filter, applied: dialog?.applied, 'journal._id': { $nin: ids } },
      {
        $push: {
          journal: { $each: missing.map(entryOf) },
          takenOver: { $each: ids, $slice: -maxRemembered }
        },
        $set: { isPending: true }
      }
    )
    if (modifiedCount === 1) return missing
  }
  throw new Error('Other processes do not let this one write to a journal.')
}
