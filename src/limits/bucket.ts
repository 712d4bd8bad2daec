import { createRecent } from '../recent.js'

/** A token bucket, which is told by the moment at which it will be full (again), on the clock of `performance.now()`. */
export interface Bucket {
  fullAt: number
}

export interface Rate {
  perSecond: number
  /** So many at once, when there have been none for a while. */
  burst: number
}

/**
 * Takes a token from a bucket, unless it would have to be waited for longer than `maxWaitMs`.
 * @returns how many milliseconds later than `now` it is there: 0 mostly
 */
export type Take = (bucket: Bucket, now: number, maxWaitMs: number) => number

/**
 * The rate of a bucket's tokens (the generic cell rate algorithm of ITU-T I.371).
 *
 * Not one of the libraries, because each call of every connection passes here: nothing is awaited, nothing allocated, and no
 * clock is read that somebody may set.
 */
export function createTake({ perSecond, burst }: Rate): Take {
  const intervalMs = 1000 / perSecond
  const slackMs = intervalMs * (burst - 1)
  return (bucket, now, maxWaitMs) => {
    const from = Math.max(bucket.fullAt, now)
    // Rounded, so that what is lost in sums of fractions does not count.
    const waitMs = Math.max(0, Math.round(from - slackMs - now))
    if (waitMs <= maxWaitMs) bucket.fullAt = from + intervalMs
    return waitMs
  }
}

/** Finds the bucket of a user or an address; one that is forgotten is full again. */
export function createBuckets(maxTracked: number): (key: string) => Bucket {
  const buckets = createRecent<Bucket>(maxTracked)
  return (key) => {
    let bucket = buckets.get(key)
    if (!bucket) {
      bucket = { fullAt: 0 }
      buckets.set(key, bucket)
    }
    return bucket
  }
}
