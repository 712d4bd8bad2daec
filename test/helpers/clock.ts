import type { Test } from 'tap'

/** Moves a clock, `Date` or `performance`, by some milliseconds until the test ends. */
export function setClock(t: Test, clock: { now(): number }, byMs: number): void {
  const { now } = clock
  clock.now = () => now.call(clock) + byMs
  t.teardown(() => {
    clock.now = now
  })
}

/** Stops the clock of the rate limits, so that a busy machine changes nothing. */
export function stopClock(t: Test): void {
  const now = performance.now()
  t.capture(performance, 'now', () => now)
}

export const hourMs = 60 * 60 * 1000
