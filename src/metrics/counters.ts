import { createDistribution, type Distribution } from './distribution.js'

/** What has become of the calls of one method. */
export interface CallCount {
  calls: number
  errors: number
}

/** What the server counts while it works: plain numbers, so that a message pays next to nothing for them. */
export interface Counters {
  /** Messages that were stored, each once. */
  messages: number
  /** Writes in a commit, and how long it took, in seconds. */
  readonly commitWrites: Distribution
  readonly commitSeconds: Distribution
  /** By method; those of unknown methods, and what is no call, together. */
  readonly callCounts: ReadonlyMap<string, CallCount>
  /** @param method what a client has named, nothing for what is no call */
  callCountOf(method?: string): CallCount
  /** Told of a commit. */
  onCommit(writes: number, durationMs: number): void
}

/** The label of unknown methods, so that no client makes up labels, and of what is no call. */
const unknown = 'unknown'

export function createCounters(methodNames: string[]): Counters {
  const strangers: CallCount = { calls: 0, errors: 0 }
  const known = new Map(methodNames.map((name) => [name, { calls: 0, errors: 0 }]))
  const commitWrites = createDistribution([1, 2, 5, 10, 20, 50, 100, 200, 500, 1000])
  const commitSeconds = createDistribution([0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5])

  return {
    messages: 0,
    commitWrites,
    commitSeconds,
    callCounts: new Map([...known, [unknown, strangers]]),
    callCountOf: (method = unknown) => known.get(method) ?? strangers,
    onCommit(writes, durationMs) {
      commitWrites.observe(writes)
      commitSeconds.observe(durationMs / 1000)
    }
  }
}
