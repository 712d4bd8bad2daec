import type { ObjectId } from 'mongodb'
import type { Collections } from './collections.js'
import { type DialogWrite, entryOf } from './letters.js'

// Each attempt fails only when another process has applied the journal.
const maxAttempts = 100
const maxRemembered = 100

/**
 * Stores a write that may be stored already, by another process or by one that was killed, exactly once.
 *
 * Between the look for it and the write nothing may have been applied, since it could have been this one; and who comes
 * too late with it sees in `takenOver` that it is there.
 *
 * @returns whether it has been stored now
 */
export async function takeOver({ conversations, messages }: Collections, write: DialogWrite): Promise<boolean> {
  const { _id } = write
  const filter = { _id: write.dialog as ObjectId }
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const dialog = await conversations.findOne(filter, { projection: { applied: 1, 'journal._id': 1 } })
    if (dialog?.journal.some((entry) => entry._id.equals(_id))) return false
    if (await messages.findOne({ _id }, { projection: { _id: 1 } })) return false
    const { modifiedCount } = await conversations.updateOne(
      { ...filter, applied: dialog?.applied, 'journal._id': { $ne: _id } },
      {
        $push: { journal: entryOf(write), takenOver: { $each: [_id], $slice: -maxRemembered } },
        $set: { isPending: true }
      }
    )
    if (modifiedCount === 1) return true
  }
  throw new Error('Other processes do not let this one write to a journal.')
}
