import { nextTick } from 'node:process'

/**
 * Settles one promise after the other: all that follows from a write, such as its answer and its notifications, has
 * left before anything that follows from the next one.
 */
export function settleInOrder(settles: (() => void)[]): void {
  const remaining = settles.values()
  function settleNext() {
    const { done, value: settle } = remaining.next()
    if (done) return
    settle()
    // A tick comes when no microtask is left, so when everything that awaits the promise has run.
    queueMicrotask(() => nextTick(settleNext))
  }
  settleNext()
}
