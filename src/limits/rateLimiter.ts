import { createLruCache } from '../lruCache.js'

/** A token bucket, kept as the moment at which it will be full again, on the clock of `performance.now()`. */
export interface Bucket {
  fullAt: number
}

export interface Rate {
  perSecond: number
  /** Tokens in a full bucket. */
  burst: number
}

export interface RateLimiter {
  /** Returns the bucket of a user or an address; one that is forgotten is full again. */
  bucketOf(key: string): Bucket
  /** Returns in how many milliseconds a bucket will have a token: 0 mostly. */
  waitMs(bucket: Bucket, now: number): number
  /** Takes one token, unless the wait for it is longer than `maxWaitMs`. Returns the wait in milliseconds. */
  take(bucket: Bucket, now: number, maxWaitMs: number): number
  /** Takes tokens whether they are there or not; a negative number gives tokens back. */
  spend(bucket: Bucket, now: number, tokens: number): void
}

/**
 * Limits a rate for each user or address (the generic cell rate algorithm of ITU-T I.371).
 *
 * It is not one of the libraries, because each call of every connection passes here: nothing is awaited, nothing allocated, and
 * the clock cannot be set.
 */
export function createRateLimiter({ perSecond, burst }: Rate, maxTracked: number): RateLimiter {
  const intervalMs = 1000 / perSecond
  const slackMs = intervalMs * (burst - 1)
  const buckets = createLruCache<Bucket>(maxTracked)

  // Rounded, so that errors of sums of fractions do not count.
  const waitMs = ({ fullAt }: Bucket, now: number) => Math.max(0, Math.round(fullAt - slackMs - now))

  function spend(bucket: Bucket, now: number, tokens: number): void {
    bucket.fullAt = Math.max(bucket.fullAt, now) + tokens * intervalMs
  }

  return {
    bucketOf(key) {
      let bucket = buckets.get(key)
      if (!bucket) {
        bucket = { fullAt: 0 }
        buckets.set(key, bucket)
      }
      return bucket
    },
    waitMs,
    take(bucket, now, maxWaitMs) {
      const wait = waitMs(bucket, now)
      if (wait <= maxWaitMs) spend(bucket, now, 1)
      return wait
    },
    spend
  }
}
