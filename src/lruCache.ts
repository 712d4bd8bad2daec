import { LRUCache } from 'lru-cache'

/**
 * Makes a cache of `maxTracked` entries, which forgets those that have not been used for longest. It grows with its entries: the
 * option `max` of lru-cache would make 100 000 places at once, which takes 16 ms of a start.
 */
export function createLruCache<Value extends object | true>(maxTracked: number): LRUCache<string, Value> {
  return new LRUCache({ maxSize: maxTracked, sizeCalculation: () => 1 })
}
