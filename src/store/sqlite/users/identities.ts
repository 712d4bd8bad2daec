import type { Database } from 'better-sqlite3'
import { createLruCache } from '../../../lruCache.js'
import type { Identity } from '../../../schemas/user.js'
import { keyOfTag } from '../../keys.js'

const maxCachedTags = 100_000

export interface Identities {
  findByTag(tag: string): Identity | undefined
  /** Forgets whom a transaction that failed has signed up. */
  forget(): void
}

export function createIdentities(database: Database): Identities {
  const byTagKey = database.prepare<[string], Identity>('SELECT _id, tag FROM users WHERE tagKey = ?')
  // A tag belongs to the same user for ever, so what is stored cannot become wrong.
  const cache = createLruCache<Identity>(maxCachedTags)

  return {
    findByTag(tag) {
      const tagKey = keyOfTag(tag)
      const cached = cache.get(tagKey)
      if (cached) return cached
      const found = byTagKey.get(tagKey)
      if (found) cache.set(tagKey, found)
      return found
    },
    forget: () => cache.clear()
  }
}
