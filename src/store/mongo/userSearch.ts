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
      const find = async (wanted: object, count: number) => {
        const filter = { ...wanted, _id: { $ne: toId(exceptUserId) } }
        const found = users.find(filter, { projection: profileFields }).sort({ tagKey: 1 }).limit(count)
        return (await found.toArray()).map(toProfile)
      }
      // `{` is the sign after `z`.
      const end = `${key}{`
      const first = await find({ tagKey: { $gte: key, $lt: end } }, limit)
      if (key === '' || first.length === limit) return first
      const others = { tagKey: { $regex: key }, $or: [{ tagKey: { $lt: key } }, { tagKey: { $gte: end } }] }
      return first.concat(await find(others, limit - first.length))
    }
  }
}
