import { partOfTagKey } from '../../keys.js'
import { nameRangeOf } from '../../nameKeys.js'
import type { UserStore } from '../../store.js'
import type { Collections } from '../collections.js'
import { toId } from '../ids.js'
import type { Dialogs } from '../messages/dialogs.js'
import { createSearchContacts } from './contactSearch.js'
import { hasNameIn, tagBeginsWith } from './userFilters.js'
import { profileFields, toProfile } from './users.js'

export function createUserSearch(
  collections: Collections,
  dialogs: Pick<Dialogs, 'complete'>
): Pick<UserStore, 'searchByTag' | 'searchByName' | 'searchContacts'> {
  const { users } = collections
  return {
    async searchByTag(tagPart, exceptUserId, limit) {
      const key = tagPart.toLowerCase()
      if (!partOfTagKey.test(key)) return []
      const find = async (wanted: object, count: number) => {
        const filter = { ...wanted, _id: { $ne: toId(exceptUserId) } }
        const found = users.find(filter, { projection: profileFields }).sort({ tagKey: 1 }).limit(count)
        return (await found.toArray()).map(toProfile)
      }
      const beginning = tagBeginsWith(key)
      const first = await find(beginning, limit)
      if (key === '' || first.length === limit) return first
      const { $gte, $lt } = beginning.tagKey
      const others = { tagKey: { $regex: key }, $or: [{ tagKey: { $lt: $gte } }, { tagKey: { $gte: $lt } }] }
      return first.concat(await find(others, limit - first.length))
    },

    async searchByName(start, exceptUserId, limit) {
      const range = nameRangeOf(start)
      if (!range) return []
      // Not sorted: the index has an order, while one by a list would take everybody who is found.
      const filter = { ...hasNameIn(range), _id: { $ne: toId(exceptUserId) } }
      return users.find(filter, { projection: profileFields }).limit(limit).map(toProfile).toArray()
    },

    searchContacts: createSearchContacts(collections, dialogs)
  }
}
