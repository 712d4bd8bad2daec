import type { ObjectId } from 'mongodb'
import { partOfTagKey } from '../keys.js'
import { nameRangeOf } from '../nameKeys.js'
import { maxCandidates, maxSearchedDialogs } from '../searchBounds.js'
import type { Store, StoredProfile, WantedContact } from '../store.js'
import type { Collections } from './collections.js'
import { begun, type Dialogs } from './dialogs.js'
import { toId } from './ids.js'
import { hasNameIn, tagBeginsWith } from './userFilters.js'
import { findProfiles, profileFields, toProfile } from './users.js'

// Of the newest ones there are often enough.
const maxPeersAtOnce = 250

export function createFindContacts(collections: Collections, dialogs: Pick<Dialogs, 'settle'>): Store['findContacts'] {
  return async (wanted, userId, limit) => {
    // Somebody to whom the user has only just written is a contact, too.
    await dialogs.settle(userId)
    const { hits, candidates } = filtersOf(wanted)
    if (hits.length === 0) return []
    const peers = await findNewestPeers(collections, toId(userId))
    const newest = await findAmong(collections, peers, { $or: hits }, limit)
    const isComplete = newest.length >= limit || peers.length < maxSearchedDialogs
    const older = isComplete ? [] : await findCandidates(collections, candidates, toId(userId))
    const byId = new Map([...newest, ...older].map((profile) => [profile._id, profile]))
    return [...byId.values()].slice(0, limit)
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

async function findNewestPeers({ conversations }: Collections, userId: ObjectId): Promise<ObjectId[]> {
  const found = conversations.find({ users: userId, ...begun }, { projection: { a: 1, b: 1 } })
  const newest = found.sort({ position: -1 }).limit(maxSearchedDialogs)
  return newest.map(({ a, b }) => (a.equals(userId) ? b : a)).toArray()
}

/** Those of some users whom a filter finds, in the order of their ids as given. */
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

/** Contacts among the first whom each filter finds. */
async function findCandidates(collections: Collections, filters: object[], userId: ObjectId) {
  const { users, conversations } = collections
  const find = (filter: object) => {
    return users
      .find(filter, { projection: { _id: 1 } })
      .limit(maxCandidates)
      .toArray()
  }
  const $in = (await Promise.all(filters.map(find))).flat().map(({ _id }) => _id)
  const sides = [
    { a: userId, b: { $in } },
    { b: userId, a: { $in } }
  ]
  const found = conversations.find({ $or: sides, ...begun }, { projection: { a: 1, b: 1 } })
  return findProfiles(collections, await found.map(({ a, b }) => (a.equals(userId) ? b : a)).toArray())
}
