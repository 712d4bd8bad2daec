import type { Database } from 'better-sqlite3'
import { createLruCache } from '../../../lruCache.js'
import type { Identity } from '../../../schemas/user.js'
import { keyOfTag } from '../../keys.js'

const maxCachedTags = 100_000

export type Identities = ReturnType<typeof createIdentities>

/** Finds users by tag, with a cache. */
export function createIdentities(database: Database) {
  const byTagKey = database.prepare<[string], Identity>('SELECT _id, tag FROM users WHERE tagKey = ?')
  // A tag belongs to the same user for ever, so a cached entry stays right.
  const cache = createLruCache<Identity>(maxCachedTags)

  return {
    findByTag(tag: string): Identity | undefined {
      const tagKey = keyOfTag(tag)
      const cached = cache.get(tagKey)
      if (cached) return cached
      const found = byTagKey.get(tagKey)
      if (found) cache.set(tagKey, found)
      return found
    },
    /** Forgets users whose sign-up failed with its transaction. */
    forget: () => cache.clear()
  }
}
