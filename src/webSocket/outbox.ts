/** Gathers what is sent in one turn of the event loop, so that each connection gets it in one write. */
export interface Outbox {
  /** Calls `flush` at the end of the turn. */
  add(flush: () => void): void
}

export function createOutbox(): Outbox {
  let waiting: (() => void)[] = []

  function flushAll() {
    const flushes = waiting
    waiting = []
    for (const flush of flushes) flush()
  }

  return {
    add(flush) {
      if (waiting.push(flush) === 1) setImmediate(flushAll)
    }
  }
}
