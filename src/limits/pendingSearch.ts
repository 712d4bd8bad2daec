import { AppError } from '../errors.js'
import type { RateLimiter } from './bucket.js'

/** A search of a connection that waits for its rate. */
export interface PendingSearch {
  userId: string
  /** When it may run, on the clock of `performance.now()`. */
  at: number
  /** Aborted when it need not wait any longer: with an `AppError` it is refused, without one it runs at once. */
  controller: AbortController
}

/**
 * Decides about a search that may still wait when the next call arrives. The next search replaces it, and any other call makes it run
 * at once. So a client that searches at each keystroke gets its last answer, and no other call waits behind a search.
 */
export function settleSearch(
  { userId, at, controller }: PendingSearch,
  isReplaced: boolean,
  limiter: RateLimiter
): void {
  const now = performance.now()
  if (at <= now) return
  if (isReplaced) controller.abort(giveBack(limiter, userId, now))
  else controller.abort()
}

/** Gives back what a search took that is replaced, and returns the error that answers it. */
function giveBack(limiter: RateLimiter, userId: string, now: number): AppError {
  const bucket = limiter.bucketOf(userId)
  limiter.spend(bucket, now, -1)
  const retryAfterMs = limiter.waitMs(bucket, now)
  return new AppError('tooManyRequests', 'A newer search has replaced this one.', { retryAfterMs })
}
