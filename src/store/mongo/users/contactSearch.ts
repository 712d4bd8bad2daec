import type { ObjectId } from 'mongodb'
import { partOfTagKey } from '../../keys.js'
import { nameRangeOf } from '../../nameKeys.js'
import { maxCandidates, maxSearchedDialogs } from '../../searchBounds.js'
import type { StoredProfile, UserStore, WantedContact } from '../../store.js'
import type { Collections } from '../collections.js'
import { toId } from '../ids.js'
import type { Dialogs } from '../messages/dialogs.js'
import { begun, findContactsAmong, peerOf } from '../updates/contacts.js'
import { hasNameIn, tagBeginsWith } from './userFilters.js'
import { findProfiles, profileFields, toProfile } from './users.js'

// A search often ends with the newest ones.
const maxPeersAtOnce = 250

export function createSearchContacts(
  collections: Collections,
  dialogs: Pick<Dialogs, 'complete'>
): UserStore['searchContacts'] {
  return async (wanted, userId, limit) => {
    // A user whose first message has no version yet is a contact, too.
    await dialogs.complete(toId(userId))
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
  return newest.map((dialog) => peerOf(dialog, userId)).toArray()
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
async function findCandidates(collections: Collections, filters: object[], userId: ObjectId) {
  const { users } = collections
  const find = (filter: object) => {
    return users
      .find(filter, { projection: { _id: 1 } })
      .limit(maxCandidates)
      .toArray()
  }
  const ids = (await Promise.all(filters.map(find))).flat().map(({ _id }) => _id)
  return findProfiles(collections, await findContactsAmong(collections, userId, ids))
}
