import { performance } from 'node:perf_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'

/** Awaited before what has waited begins: many costly calls in a row would leave nobody else a turn of the event loop. */
export type TakeTurn = () => Promise<void>

/**
 * Shares the event loop among those who have waited: each waits for a turn, and may then begin calls for an equal part of
 * `maxMs`. A turn for each call would mean a write to the network for each answer.
 *
 * @param now milliseconds of a clock that nobody sets
 */
export function createTakeTurn(maxMs: number, now = () => performance.now()): TakeTurn {
  let waiting = 0
  let endsAt = 0

  return async () => {
    if (now() < endsAt) return
    waiting++
    await nextTurn()
    endsAt = now() + maxMs / waiting
    waiting--
  }
}
