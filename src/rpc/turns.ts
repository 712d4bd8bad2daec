import { performance } from 'node:perf_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'

/** To be awaited before what has waited begins: many costly calls in a row would leave nobody else a turn of the event loop. */
export type TakeTurn = () => Promise<void>

/**
 * Goes on in the present turn of the event loop while that has had less of `maxMs` milliseconds, and in a later one after that. It is
 * shared by all connections. A turn for each call would cost each answer a write to the network of its own: a tenth more in all.
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
