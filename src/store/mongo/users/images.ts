import { Binary, ObjectId } from 'bson'
import type { ImageStore } from '../../store.js'
import type { Collections } from '../collections.js'
import { toId } from '../ids.js'

export function createImages({ images, users }: Pick<Collections, 'images' | 'users'>): ImageStore {
  /** Never what somebody shows, nor the one that has just come. */
  async function removeOldest(ownerId: ObjectId, newest: string, maxOfOwner: number) {
    const names = await images
      .find({ ownerId }, { projection: { _id: 1 } })
      .sort({ added: 1 })
      .map(({ _id }) => _id)
      .toArray()
    let surplus = names.length - maxOfOwner
    for (const name of names) {
      if (surplus <= 0) return
      if (name === newest || (await users.findOne({ img: name }, { projection: { _id: 1 } }))) continue
      // What another process begins to show in this moment is marked before.
      const { deletedCount } = await images.deleteOne({ _id: name, shown: { $exists: false } })
      surplus -= deletedCount
    }
  }

  return {
    async add({ name, ownerId, bytes }, maxOfOwner) {
      const owner = toId(ownerId)
      await images.insertOne({ _id: name, ownerId: owner, bytes: new Binary(bytes), added: new ObjectId() })
      if (maxOfOwner !== undefined) await removeOldest(owner, name, maxOfOwner)
    },
    find: async (name) => (await images.findOne({ _id: name }))?.bytes.buffer
  }
}
