import { LRUCache } from 'lru-cache'

/**
 * What was used lately, by its key: of more than `maxTracked`, those that have not been used for longest are forgotten. It grows with
 * what it holds: with lru-cache's `max`, 100 000 places would be made at once, which takes 16 ms of a start.
 */
export function createLruCache<Value extends object | true>(maxTracked: number): LRUCache<string, Value> {
  return new LRUCache({ maxSize: maxTracked, sizeCalculation: () => 1 })
}
