import { createLruCache } from '../../../lruCache.js'
import type { Identity } from '../../../schemas/user.js'
import { keyOfTag } from '../../keys.js'
import type { Collections } from '../collections.js'

const maxCachedTags = 100_000

export interface Identities {
  findByTag(tag: string): Promise<Identity | undefined>
  /** Who has which of some tags, each as it was given. */
  findByTags(tags: string[]): Promise<Map<string, Identity>>
}

export function createIdentities({ users }: Pick<Collections, 'users'>): Identities {
  // A tag belongs to the same user for ever, so what is stored cannot become wrong.
  const cache = createLruCache<Identity>(maxCachedTags)

  async function findByTags(tags: string[]) {
    const keys = new Map(tags.map((tag) => [tag, keyOfTag(tag)]))
    const unknown = [...new Set(keys.values())].filter((key) => key !== '' && !cache.has(key))
    const found =
      unknown.length > 0 ? users.find({ tagKey: { $in: unknown } }, { projection: { tag: 1, tagKey: 1 } }) : []
    const known = new Map<string, Identity>()
    for await (const { _id, tag, tagKey } of found) cache.set(tagKey, { _id: _id.toHexString(), tag })
    for (const [tag, key] of keys) {
      const identity = cache.get(key)
      if (identity) known.set(tag, identity)
    }
    return known
  }

  return { findByTags, findByTag: async (tag) => (await findByTags([tag])).get(tag) }
}
