import type { FastifyRateLimitStore, FastifyRateLimitStoreCtor } from '@fastify/rate-limit'
import { createLruCache } from '../lruCache.js'

interface Count {
  count: number
  /** On a clock that nobody can set: who sets back that of the machine would otherwise make a window longer. */
  endsAt: number
}

/**
 * Counts what has happened in a window of time, which begins with the first of it, for each key by itself. The libraries for this
 * ask a clock that can be set, or keep every key until its window ends, which may be a day: whoever makes up keys fills the memory.
 */
export interface Tally {
  /** @returns how many there are now, and in how many milliseconds they are forgotten */
  add(key: string, windowMs: number): { count: number; leftMs: number }
  /** The same, without one more. */
  look(key: string): { count: number; leftMs: number }
  takeBack(key: string): void
  forget(key: string): void
}

export function createTally(maxTracked: number): Tally {
  const counts = createLruCache<Count>(maxTracked)

  function find(key: string, now: number): Count | undefined {
    const found = counts.get(key)
    return found && found.endsAt > now ? found : undefined
  }

  return {
    add(key, windowMs) {
      const now = performance.now()
      const entry = find(key, now) ?? { count: 0, endsAt: now + windowMs }
      entry.count++
      counts.set(key, entry)
      return { count: entry.count, leftMs: Math.ceil(entry.endsAt - now) }
    },
    look(key) {
      const now = performance.now()
      const { count, endsAt } = find(key, now) ?? { count: 0, endsAt: now }
      return { count, leftMs: Math.ceil(endsAt - now) }
    },
    takeBack(key) {
      const entry = counts.get(key)
      if (entry) entry.count--
    },
    forget: (key) => counts.delete(key)
  }
}

/** A tally for each limit of @fastify/rate-limit, whose own store asks a clock that can be set. */
export function createTallyStore(maxTracked: number): FastifyRateLimitStoreCtor {
  return class TallyStore implements FastifyRateLimitStore {
    readonly #tally = createTally(maxTracked)

    incr(...[key, callback, timeWindow]: Parameters<FastifyRateLimitStore['incr']>) {
      const { count, leftMs } = this.#tally.add(key, timeWindow)
      callback(null, { current: count, ttl: leftMs })
    }

    child() {
      return new TallyStore()
    }
  }
}
