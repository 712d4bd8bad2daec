import { Binary, ObjectId } from 'bson'
import { defaultImage } from '../../../schemas/user.js'
import { refusals } from '../../refusals.js'
import type { ImageStore } from '../../store.js'
import type { Collections, UserDocument } from '../collections.js'
import { toId } from '../ids.js'

type ImagesAndUsers = Pick<Collections, 'images' | 'users'>

export function createImages({ images, users }: ImagesAndUsers): ImageStore {
  /** Removes the oldest images of an owner, except the newest one and those that a user shows. */
  async function removeOldest(ownerId: ObjectId, newest: string, maxOfOwner: number) {
    const found = await images
      .find({ ownerId }, { projection: { _id: 1 } })
      .sort({ added: 1 })
      .toArray()
    let surplus = found.length - maxOfOwner
    for (const { _id } of found) {
      if (surplus <= 0) return
      if (_id === newest || (await isShown(users, _id))) continue
      // An image that another process is about to show is already marked.
      surplus -= (await images.deleteOne({ _id, shown: { $exists: false } })).deletedCount
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

/**
 * The pictures that users show. Before a user names a picture, the picture gets a new id as its mark, and the user's document
 * then holds the same mark. A replaced picture is removed only with the mark that the user had, or without any. So no process
 * removes a picture that another one is about to show. A crash in between leaves an unused picture.
 */
export function createProfilePictures({ images, users }: ImagesAndUsers) {
  return {
    /** @returns the mark to be kept with the user. @throws {AppError} `invalidParams` for a picture of somebody else */
    async show(name: string, userId: ObjectId): Promise<ObjectId | null> {
      if (name === defaultImage) return null
      const shown = new ObjectId()
      const { matchedCount } = await images.updateOne({ _id: name, ownerId: userId }, { $set: { shown } })
      if (matchedCount === 0) throw refusals.foreignImage()
      return shown
    },

    /** Removes the former picture of a user. In an adopted database several users may show one picture. */
    async drop({ _id, img, imgShown }: UserDocument): Promise<void> {
      if (img === defaultImage || (await isShown(users, img))) return
      await images.deleteOne({ _id: img, ownerId: _id, shown: imgShown ?? { $exists: false } })
    }
  }
}

async function isShown(users: Collections['users'], img: string): Promise<boolean> {
  return (await users.findOne({ img }, { projection: { _id: 1 } })) !== null
}
