import { ObjectId } from 'bson'
import { defaultImage } from '../../../schemas/user.js'
import { refusals } from '../../refusals.js'
import type { Collections, UserDocument } from '../collections.js'

/**
 * Which pictures users show, so that none is removed that one is about to show, whatever processes do at the same time. Before
 * a user names a picture, the picture is marked with a new id, which the user's document then holds as well: only what has
 * the mark of the time when it was replaced, or has never had one, is removed. A crash in between leaves a picture too much.
 */
export interface ProfilePictures {
  /** @returns the mark to be kept with the user. @throws {AppError} `invalidParams` for what is not the user's own */
  show(name: string, userId: ObjectId): Promise<ObjectId | null>
  /** Removes what a user has shown until now, unless somebody else shows it, as among the adopted. */
  drop(former: UserDocument): Promise<void>
}

export function createProfilePictures({ images, users }: Pick<Collections, 'images' | 'users'>): ProfilePictures {
  return {
    async show(name, userId) {
      if (name === defaultImage) return null
      const shown = new ObjectId()
      const { matchedCount } = await images.updateOne({ _id: name, ownerId: userId }, { $set: { shown } })
      if (matchedCount === 0) throw refusals.foreignImage()
      return shown
    },

    async drop({ _id, img, imgShown }) {
      if (img === defaultImage || (await users.findOne({ img }, { projection: { _id: 1 } }))) return
      await images.deleteOne({ _id: img, ownerId: _id, shown: imgShown ?? { $exists: false } })
    }
  }
}
