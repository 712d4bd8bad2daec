import { ObjectId } from 'bson'
import type { Collections, UserDocument } from './collections.js'
import type { Settler } from './settler.js'
import type { Versions } from './versions.js'

/** Before every other one: a range that an index finds everywhere. */
const noChange = ObjectId.createFromTime(0)

/** Tells a user's dialogs that the user's data have changed, so that the others there learn of it. */
export interface ProfileChanges {
  tell(user: UserDocument): Promise<void>
  /** Tells what could not be told, because a process was killed or the database was gone for a moment. @returns whether there was anything */
  tellAll(): Promise<boolean>
}

export function createProfileChanges(
  { users, conversations }: Collections,
  settler: Settler,
  versions: Versions
): ProfileChanges {
  const telling = new Map<string, Promise<void>>()

  /** Once for all who ask at the same time. */
  function tell(user: UserDocument): Promise<void> {
    const key = String(user.untoldChange)
    const told = telling.get(key) ?? tellDialogs(user).finally(() => telling.delete(key))
    telling.set(key, told)
    return told
  }

  async function tellDialogs({ _id, untoldChange }: UserDocument) {
    for (const [side, isOfA] of [
      ['a', true],
      ['b', false]
    ] as const) {
      const entry = { _id: new ObjectId(), kind: 'profile' as const, isOfA }
      await conversations.updateMany({ [side]: _id }, { $push: { journal: entry }, $set: { isPending: true } })
    }
    const pending = conversations.find({ users: _id, isPending: true }, { projection: { _id: 1 } })
    await settler.settle(await pending.map((dialog) => dialog._id).toArray())
    const changed = (await versions.take(1)) + 1
    await users.updateOne({ _id, untoldChange }, { $max: { changed }, $set: { untoldChange: null } })
  }

  return {
    tell,
    async tellAll() {
      let hasTold = false
      for await (const user of users.find({ untoldChange: { $gt: noChange } })) {
        await tell(user)
        hasTold = true
      }
      return hasTold
    }
  }
}
