import { ObjectId } from 'bson'
import { createLruCache } from '../../../lruCache.js'
import type { Pair } from '../../pair.js'
import type { Collections, ConversationDocument } from '../collections.js'
import { insertNew } from '../duplicates.js'
import { toId } from '../ids.js'

const maxCachedPairs = 100_000

/** Which dialog belongs to which two users. */
export interface Pairs {
  /** The ids of the dialogs that there are, by `keyOfPair`. */
  find(pairs: Pair[]): Promise<Map<string, ObjectId>>
  /** The same, with those begun that there are not. One may be missing that another process has begun meanwhile. */
  open(pairs: Pair[]): Promise<Map<string, ObjectId>>
}

export function keyOfPair({ a, b }: Pick<Pair, 'a' | 'b'>): string {
  return a + b
}

export function createPairs({ users, conversations }: Pick<Collections, 'users' | 'conversations'>): Pairs {
  // A dialog belongs to the same pair for ever.
  const cache = createLruCache<ObjectId>(maxCachedPairs)

  async function find(pairs: Pair[]) {
    const unknown = pairs.filter((pair) => !cache.has(keyOfPair(pair)))
    if (unknown.length > 0) {
      const filter = { $or: unknown.map(({ a, b }) => ({ a: toId(a), b: toId(b) })) }
      for await (const { _id, a, b } of conversations.find(filter, { projection: { a: 1, b: 1 } })) {
        cache.set(keyOfPair({ a: a.toHexString(), b: b.toHexString() }), _id)
      }
    }
    const found = new Map<string, ObjectId>()
    for (const pair of pairs) {
      const _id = cache.get(keyOfPair(pair))
      if (_id) found.set(keyOfPair(pair), _id)
    }
    return found
  }

  async function begin(pairs: Map<string, Pair>) {
    const ids = [...new Set([...pairs.values()].flatMap(({ a, b }) => [a, b]))].map(toId)
    const tags = new Map<string, string>()
    for await (const { _id, tag } of users.find({ _id: { $in: ids } }, { projection: { tag: 1 } })) {
      tags.set(_id.toHexString(), tag)
    }
    const tagOf = (_id: string) => tags.get(_id) as string
    const begun = Array.from(pairs.values(), ({ a, b }) =>
      emptyDialog({ a, user1Tag: tagOf(a), b, user2Tag: tagOf(b) })
    )
    // Of two processes that begin a dialog one is the first.
    const taken = new Set(await insertNew(conversations, begun))
    // Not read again: a new primary may not show it yet.
    for (const { _id, a, b } of begun.filter((_, index) => !taken.has(index))) {
      cache.set(keyOfPair({ a: a.toHexString(), b: b.toHexString() }), _id)
    }
  }

  return {
    find,
    async open(pairs) {
      const found = await find(pairs)
      const missing = new Map(pairs.map((pair) => [keyOfPair(pair), pair] as const).filter(([key]) => !found.has(key)))
      if (missing.size === 0) return found
      await begin(missing)
      return find(pairs)
    }
  }
}

/** The two of a dialog, `a` the one with the smaller id. */
export interface Members {
  a: string
  b: string
  user1Tag: string
  user2Tag: string
}

/** A dialog in which nobody has said anything yet. */
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
