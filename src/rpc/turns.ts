import { performance } from 'node:perf_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'

/** Awaited before what has waited begins: many costly calls in a row would leave nobody else a turn of the event loop. */
export type TakeTurn = () => Promise<void>

/**
 * Goes on in the present turn of the event loop for `maxMs` milliseconds, and in a later one after that. All connections
 * share it. A turn for each call would mean a write to the network for each answer: 5 to 11 % of a call that reads.
 */
export function createTakeTurn(maxMs = 5): TakeTurn {
  let beganAt: number | undefined

  return async () => {
    if (beganAt === undefined) {
      beganAt = performance.now()
      setImmediate(() => {
        beganAt = undefined
      })
    } else if (performance.now() - beganAt >= maxMs) await nextTurn()
  }
}
