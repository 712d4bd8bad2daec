const firstDelayMs = 500
const maxDelayMs = 15_000

/**
 * How long to wait before an attempt to connect again: doubled each time up to a limit, and spread at random, so that
 * the clients of a server that was restarted do not all come at once.
 */
export function backoffMs(attempt) {
  const delayMs = Math.min(maxDelayMs, firstDelayMs * 2 ** Math.min(attempt, 10))
  return delayMs * (0.5 + Math.random() / 2)
}
