import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'

/**
 * Creates a function that yields to the event loop before a call that has waited. Many costly calls in a row would otherwise delay
 * everything else. In each turn of the loop all waiting callers share `maxMs`: a turn for each call would write each answer alone.
 *
 * @param now milliseconds of a monotonic clock
 */
export function createYield(maxMs: number, now = () => performance.now()): () => Promise<void> {
  let waiting = 0
  let endsAt = 0

  return async () => {
    if (now() < endsAt) return
    waiting++
    await setImmediate()
    endsAt = now() + maxMs / waiting
    waiting--
  }
}
