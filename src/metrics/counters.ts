/** Observed values, counted up to each bound. */
export interface Distribution {
  /** Upper bounds, ascending. A greater value is only in `count`. */
  readonly bounds: readonly number[]
  observe(value: number): void
  read(): { sum: number; count: number; counts: readonly number[] }
}

/** The counts of one method. */
export interface CallCount {
  calls: number
  errors: number
}

/** Returns the counters of the server: plain numbers, because each message pays for them. */
export function createCounters(methodNames: string[]) {
  // The label of unknown methods, because clients must not create labels, and of frames that are not a call.
  const unknown: CallCount = { calls: 0, errors: 0 }
  const known = new Map(methodNames.map((name) => [name, { calls: 0, errors: 0 }]))
  const commitWrites = createDistribution([1, 2, 5, 10, 20, 50, 100, 200, 500, 1000])
  const commitSeconds = createDistribution([0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5])

  return {
    /** Stored messages, without duplicates. */
    messages: 0,
    commitWrites,
    commitSeconds,
    /** By the name of a method. */
    callCounts: new Map([...known, ['unknown', unknown]]),
    /** @param method the name that a client has sent; none for a frame that is not a call */
    callCountOf: (method = ''): CallCount => known.get(method) ?? unknown,
    onCommit(writes: number, durationMs: number) {
      commitWrites.observe(writes)
      commitSeconds.observe(durationMs / 1000)
    }
  }
}

export type Counters = ReturnType<typeof createCounters>

function createDistribution(bounds: readonly number[]): Distribution {
  const counts = bounds.map(() => 0)
  let sum = 0
  let count = 0
  return {
    bounds,
    observe(value) {
      sum += value
      count++
      const index = bounds.findIndex((bound) => value <= bound)
      if (index >= 0) counts[index] = (counts[index] as number) + 1
    },
    read: () => ({ sum, count, counts })
  }
}
