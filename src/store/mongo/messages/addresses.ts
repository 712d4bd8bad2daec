import { ObjectId } from 'bson'
import { createLruCache } from '../../../lruCache.js'
import type { Identity } from '../../../schemas/user.js'
import { keyOfTag } from '../../keys.js'
import type { Pair } from '../../pair.js'
import type { Collections, ConversationDocument } from '../collections.js'
import { insertNew } from '../duplicates.js'
import { toId } from '../ids.js'

const maxCachedTags = 100_000
const maxCachedPairs = 100_000

export type Identities = ReturnType<typeof createIdentities>
export type Pairs = ReturnType<typeof createPairs>

/** Finds users by their tags. A tag never changes its user, so a cached one stays right. */
export function createIdentities({ users }: Pick<Collections, 'users'>) {
  const cache = createLruCache<Identity>(maxCachedTags)

  /** @returns the users that there are, by the tags as they were given */
  async function findByTags(tags: string[]): Promise<Map<string, Identity>> {
    const keys = new Map(tags.map((tag) => [tag, keyOfTag(tag)]))
    const unknown = [...new Set(keys.values())].filter((key) => key !== '' && !cache.has(key))
    const found =
      unknown.length > 0 ? users.find({ tagKey: { $in: unknown } }, { projection: { tag: 1, tagKey: 1 } }) : []
    for await (const { _id, tag, tagKey } of found) cache.set(tagKey, { _id: _id.toHexString(), tag })
    return pick(keys, (key) => cache.get(key))
  }

  return { findByTags, findByTag: async (tag: string) => (await findByTags([tag])).get(tag) }
}

export function keyOfPair({ a, b }: Pick<Pair, 'a' | 'b'>): string {
  return a + b
}

/** Finds the dialogs of pairs of users. A dialog never changes its pair, so a cached one stays right. */
export function createPairs({ users, conversations }: Pick<Collections, 'users' | 'conversations'>) {
  const cache = createLruCache<ObjectId>(maxCachedPairs)

  const remember = ({ _id, a, b }: Pick<ConversationDocument, '_id' | 'a' | 'b'>) =>
    cache.set(keyOfPair({ a: a.toHexString(), b: b.toHexString() }), _id)

  /** @returns the ids of the dialogs that there are, by `keyOfPair` */
  async function find(pairs: Pair[]): Promise<Map<string, ObjectId>> {
    const unknown = pairs.filter((pair) => !cache.has(keyOfPair(pair)))
    if (unknown.length > 0) {
      const filter = { $or: unknown.map(({ a, b }) => ({ a: toId(a), b: toId(b) })) }
      for await (const dialog of conversations.find(filter, { projection: { a: 1, b: 1 } })) remember(dialog)
    }
    return pick(new Map(pairs.map((pair) => [keyOfPair(pair), keyOfPair(pair)])), (key) => cache.get(key))
  }

  async function begin(pairs: Pair[]) {
    const ids = [...new Set(pairs.flatMap(({ a, b }) => [a, b]))].map(toId)
    const found = await users.find({ _id: { $in: ids } }, { projection: { tag: 1 } }).toArray()
    const tags = new Map(found.map(({ _id, tag }) => [_id.toHexString(), tag]))
    const tagOf = (_id: string) => tags.get(_id) as string
    const begun = pairs.map(({ a, b }) => emptyDialog({ a, user1Tag: tagOf(a), b, user2Tag: tagOf(b) }))
    // Another process may begin the same dialog at the same time.
    const taken = new Set(await insertNew(conversations, begun))
    // They are not read again: a new primary may not show them yet.
    begun.filter((_, index) => !taken.has(index)).forEach(remember)
  }

  return {
    find,
    /** Begins the dialogs that are missing. The result may lack a dialog that another process has begun meanwhile. */
    async open(pairs: Pair[]): Promise<Map<string, ObjectId>> {
      const found = await find(pairs)
      const missing = new Map(pairs.map((pair) => [keyOfPair(pair), pair] as const).filter(([key]) => !found.has(key)))
      if (missing.size === 0) return found
      await begin([...missing.values()])
      return find(pairs)
    }
  }
}

/** Returns the values that there are, by names for their keys. */
function pick<T>(keys: Map<string, string>, find: (key: string) => T | undefined): Map<string, T> {
  const values = Array.from(keys, ([name, key]) => [name, find(key)] as const)
  return new Map(values.filter((entry): entry is [string, T] => entry[1] !== undefined))
}

/** The two users of a dialog, `a` the one with the smaller id. */
export interface Members {
  a: string
  b: string
  user1Tag: string
  user2Tag: string
}

/** Returns the document of a dialog without messages. */
export function emptyDialog({ a, b, user1Tag, user2Tag }: Members): ConversationDocument {
  const users: [ObjectId, ObjectId] = [toId(a), toId(b)]
  return {
    _id: new ObjectId(),
    a: users[0],
    b: users[1],
    users,
    user1Tag,
    user2Tag,
    lastSeq: 0,
    lastId: null,
    sentByA: 0,
    position: 0,
    lastVersions: [],
    readSeqA: 0,
    readCountA: 0,
    readSeqB: 0,
    readCountB: 0,
    marked: 0,
    markRevision: 0
  }
}
