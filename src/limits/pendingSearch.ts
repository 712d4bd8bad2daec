import { AppError } from '../errors.js'
import type { RateLimiter } from './rateLimiter.js'

/** A search of a connection that waits for its rate. */
export interface PendingSearch {
  /** When it may run, on the clock of `performance.now()`. */
  at: number
  controller: AbortController
}

interface Owner {
  userId: string
  limits: { searches: RateLimiter; maxDelayMs: number }
}

/**
 * Decides about a search that may still wait when the next call arrives. The next search replaces it. Any other call makes it run at
 * once, or refuses it where that would be too early. So a client that searches at each keystroke gets its last answer, and no other
 * call waits behind a search.
 */
export function interruptSearch(
  { at, controller }: PendingSearch,
  isReplaced: boolean,
  now: number,
  { userId, limits: { searches, maxDelayMs } }: Owner
): void {
  const waitMs = at - now
  if (waitMs <= 0) return
  if (!isReplaced && waitMs <= maxDelayMs) {
    controller.abort()
    return
  }
  const sentence = isReplaced ? 'A newer search has replaced this one.' : 'Too many searches of this user.'
  searches.spend(userId, -1)
  controller.abort(new AppError('tooManyRequests', sentence, { retryAfterMs: searches.waitMs(userId, now) }))
}
