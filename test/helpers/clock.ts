import type { Test } from 'tap'

/** Sets a clock, `Date` or `performance`, by so much, until the test has ended. */
export function setClock(t: Test, clock: { now(): number }, byMs: number): void {
  const { now } = clock
  clock.now = () => now.call(clock) + byMs
  t.teardown(() => {
    clock.now = now
  })
}

/** Stops the clock by which rates go, so that it does not matter how busy the machine is. */
export function stopClock(t: Test): void {
  const now = performance.now()
  t.capture(performance, 'now', () => now)
}

export const hourMs = 60 * 60 * 1000
