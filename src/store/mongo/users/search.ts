import type { ObjectId } from 'mongodb'
import { endOf, partOfTagKey } from '../../keys.js'
import { type NameRange, nameRangeOf } from '../../nameKeys.js'
import type { StoredProfile, WantedContact } from '../../records.js'
import { maxCandidates, maxSearchedDialogs } from '../../searchBounds.js'
import type { UserStore } from '../../store.js'
import type { Collections } from '../collections.js'
import { toId } from '../ids.js'
import { begun, findContactsAmong, peerOf } from '../messages/contacts.js'
import type { Dialogs } from '../messages/dialogs.js'
import { findProfiles, profileFields, toProfile } from './users.js'

// The newest peers often suffice.
const maxPeersAtOnce = 250

const tagBeginsWith = (key: string) => ({ tagKey: { $gte: key, $lt: endOf(key) } })

/** Without `$elemMatch`, one element could be behind the start and another one before the end. */
const hasNameIn = ({ start, end }: NameRange) => ({ nameKeys: { $elemMatch: { $gte: start, $lt: end } } })

export function createSearch(
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
      // The index gives an order. A sort would read all users that match.
      const filter = { ...hasNameIn(range), _id: { $ne: toId(exceptUserId) } }
      return users.find(filter, { projection: profileFields }).limit(limit).map(toProfile).toArray()
    },

    async searchContacts(wanted, userId, limit) {
      const user = toId(userId)
      // A user whose first message has no version yet is a contact, too.
      await dialogs.complete(user)
      const { hits, candidates } = filtersOf(wanted)
      if (hits.length === 0) return []
      const peers = await findNewestPeers(collections, user)
      const newest = await findAmong(collections, peers, { $or: hits }, limit)
      const isComplete = newest.length >= limit || peers.length < maxSearchedDialogs
      const older = isComplete ? [] : await findCandidates(collections, candidates, user)
      const byId = new Map([...newest, ...older].map((profile) => [profile._id, profile]))
      return [...byId.values()].slice(0, limit)
    }
  }
}

function filtersOf({ tagPart, nameStart = '' }: WantedContact): { hits: object[]; candidates: object[] } {
  const key = tagPart.toLowerCase()
  const isTag = partOfTagKey.test(key)
  const range = nameRangeOf(nameStart)
  const byName = range ? [hasNameIn(range)] : []
  return {
    hits: isTag ? [{ tagKey: { $regex: key } }, ...byName] : byName,
    candidates: isTag ? [tagBeginsWith(key), ...byName] : byName
  }
}

function findNewestPeers({ conversations }: Collections, user: ObjectId): Promise<ObjectId[]> {
  const found = conversations.find({ users: user, ...begun }, { projection: { a: 1, b: 1 } })
  const newest = found.sort({ position: -1 }).limit(maxSearchedDialogs)
  return newest.map((dialog) => peerOf(dialog, user)).toArray()
}

/** Returns the users that a filter finds, in the order of the given ids. */
async function findAmong({ users }: Collections, ids: ObjectId[], wanted: object, limit: number) {
  const profiles: StoredProfile[] = []
  for (let start = 0; start < ids.length && profiles.length < limit; start += maxPeersAtOnce) {
    const some = ids.slice(start, start + maxPeersAtOnce)
    const found = users.find({ ...wanted, _id: { $in: some } }, { projection: profileFields })
    const byId = new Map((await found.toArray()).map((user) => [String(user._id), toProfile(user)]))
    profiles.push(...some.flatMap((_id) => byId.get(String(_id)) ?? []))
  }
  return profiles
}

/** Returns the contacts among the first users that each filter finds. */
async function findCandidates(collections: Collections, filters: object[], user: ObjectId) {
  const find = (filter: object) =>
    collections.users
      .find(filter, { projection: { _id: 1 } })
      .limit(maxCandidates)
      .toArray()
  const ids = (await Promise.all(filters.map(find))).flat().map(({ _id }) => _id)
  return findProfiles(collections, await findContactsAmong(collections, user, ids))
}
