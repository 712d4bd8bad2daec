import { createLruCache } from '../lruCache.js'

interface Rate {
  /** Tokens that come back, evenly, in each window; 0: no limit. */
  tokens: number
  windowMs: number
  /** Tokens of a key that has rested; as many as come back in a window when absent. */
  burst?: number | undefined
}

/** Limits what each key, such as a user or an address, does in a time. `now` is on the clock of `performance.now()`. */
export interface RateLimiter {
  /** Takes a token, unless the wait for it is longer than `maxWaitMs`. Returns the wait in milliseconds, usually 0. */
  take(key: string, maxWaitMs?: number, now?: number): number
  /** Returns the milliseconds until there is a token, usually 0. */
  waitMs(key: string, now?: number): number
  /** Takes tokens whether they are there or not; a negative number gives them back. */
  spend(key: string, count: number): void
  /** Gives all tokens back. */
  reset(key: string): void
}

/** A token bucket, kept as the moment at which it will be full again. */
interface Bucket {
  fullAt: number
}

const unlimited: RateLimiter = { take: () => 0, waitMs: () => 0, spend() {}, reset() {} }

/**
 * Makes a rate limiter (the generic cell rate algorithm of ITU-T I.371). Every call of every connection passes here: nothing is
 * awaited, nothing allocated for a known key, and the clock of the machine may be set.
 *
 * @param maxTracked keys in memory; the one that has not been used for longest is forgotten, and its bucket is full again
 */
export function createRateLimiter({ tokens, windowMs, burst = tokens }: Rate, maxTracked: number): RateLimiter {
  if (tokens === 0) return unlimited
  const intervalMs = windowMs / tokens
  const slackMs = intervalMs * (burst - 1)
  const buckets = createLruCache<Bucket>(maxTracked)

  function bucketOf(key: string): Bucket {
    let bucket = buckets.get(key)
    if (!bucket) {
      bucket = { fullAt: 0 }
      buckets.set(key, bucket)
    }
    return bucket
  }

  // Rounded, because sums of fractions have errors.
  const waitOf = ({ fullAt }: Bucket, now: number) => Math.max(0, Math.round(fullAt - slackMs - now))

  function spendFrom(bucket: Bucket, count: number, now: number): void {
    bucket.fullAt = Math.max(bucket.fullAt, now) + count * intervalMs
  }

  return {
    take(key, maxWaitMs = 0, now = performance.now()) {
      const bucket = bucketOf(key)
      const waitMs = waitOf(bucket, now)
      if (waitMs <= maxWaitMs) spendFrom(bucket, 1, now)
      return waitMs
    },
    waitMs(key, now = performance.now()) {
      // An address that may do nothing does not fill the memory with keys of its choice.
      const bucket = buckets.get(key)
      return bucket ? waitOf(bucket, now) : 0
    },
    spend: (key, count) => spendFrom(bucketOf(key), count, performance.now()),
    reset: (key) => buckets.delete(key)
  }
}
