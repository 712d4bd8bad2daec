import { LRUCache } from 'lru-cache'

/**
 * What is known of users or addresses; of more than `maxTracked`, those that have not been used for longest are forgotten.
 * It is made when it is first asked for, because that takes milliseconds of a start.
 */
export function createRecent<Value extends object>(maxTracked: number): () => LRUCache<string, Value> {
  let cache: LRUCache<string, Value> | undefined
  return () => {
    cache ??= new LRUCache({ max: maxTracked })
    return cache
  }
}
