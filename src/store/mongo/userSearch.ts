import type { Store } from '../store.js'
import type { Collections } from './collections.js'
import { toId } from './ids.js'
import { profileFields, toProfile } from './users.js'

/** What a tag is made of; so no part of it means anything in a regular expression. */
const partOfTag = /^[a-z0-9_]*$/

export function createUserSearch({ users }: Pick<Collections, 'users'>): Pick<Store, 'findUsersByTag'> {
  return {
    async findUsersByTag(tagPart, exceptUserId, limit) {
      const key = tagPart.toLowerCase()
      if (!partOfTag.test(key)) return []
      const find = async (tagKey: object, count: number) => {
        const filter = { tagKey, _id: { $ne: toId(exceptUserId) } }
        const found = users.find(filter, { projection: profileFields }).sort({ tagKey: 1 }).limit(count)
        return (await found.toArray()).map(toProfile)
      }
      // The first of all, and `{` is the sign after `z`.
      const first = await find({ $gte: key, $lt: `${key}{` }, limit)
      if (key === '' || first.length === limit) return first
      return first.concat(await find({ $regex: `^.+${key}` }, limit - first.length))
    }
  }
}
