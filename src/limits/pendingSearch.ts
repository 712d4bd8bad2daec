import { AppError } from '../errors.js'
import type { RateLimiter } from './rateLimiter.js'

/** A search of a connection that waits for its rate. */
export interface PendingSearch {
  userId: string
  /** When it may run, on the clock of `performance.now()`. */
  at: number
  /** Aborted when it need not wait any longer: with an `AppError` it is refused, without one it runs at once. */
  controller: AbortController
}

interface Limiters {
  searches: RateLimiter | undefined
  /** Milliseconds of credit: a search that would wait longer does not run at once. */
  maxDelayMs: number
}

/**
 * Decides about a search that may still wait when the next call arrives. The next search replaces it. Any other call makes it run at
 * once, or refuses it where that would be too early. So a client that searches at each keystroke gets its last answer, and no other
 * call waits behind a search.
 */
export function settleSearch(search: PendingSearch, isReplaced: boolean, { searches, maxDelayMs }: Limiters): void {
  const { at, userId, controller } = search
  const now = performance.now()
  const waitMs = at - now
  if (waitMs <= 0) return
  if (!isReplaced && waitMs <= maxDelayMs) {
    controller.abort()
    return
  }
  const sentence = isReplaced ? 'A newer search has replaced this one.' : 'Too many searches of this user.'
  const retryAfterMs = giveBack(searches as RateLimiter, userId, now)
  controller.abort(new AppError('tooManyRequests', sentence, { retryAfterMs }))
}

/** Gives back what a search took that does not run. Returns in how many milliseconds the next one may. */
function giveBack(limiter: RateLimiter, userId: string, now: number): number {
  const bucket = limiter.bucketOf(userId)
  limiter.spend(bucket, now, -1)
  return limiter.waitMs(bucket, now)
}
