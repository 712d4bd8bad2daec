/** Sizes and durations of a run. */
export interface Effort {
  rounds: number
  roundMs: number
  /** Numbers of pairs of users, and of requests that each pair keeps in flight. */
  conversations: { pairs: number; inFlight: number }[]
  /** Numbers of pairs of users who take turns at two processes. */
  turns: number[]
  /** Calls of each kind with MongoDB in a round. */
  storeCalls: number
  /** Milliseconds without CPU use after which the deferred work of a store is taken as done. */
  storeIdleMs: number
  messagesPerSecond: number
  contacts: number
  announcements: number
  handshakes: number
  idleConnections: number
  /** Milliseconds from the last handshake until the memory is read. */
  idleMs: number
  /** Numbers of stored messages. */
  histories: [few: number, many: number]
  calls: number
  starts: number
  syncDelaysMs: number[]
}

export const full: Effort = {
  rounds: 5,
  roundMs: 5000,
  conversations: [
    { pairs: 400, inFlight: 1 },
    { pairs: 50, inFlight: 8 }
  ],
  turns: [1, 50],
  storeCalls: 200,
  storeIdleMs: 1000,
  messagesPerSecond: 1000,
  contacts: 1000,
  announcements: 50,
  handshakes: 2000,
  idleConnections: 8000,
  // V8 takes up to 30 s of little work to release the memory of the handshakes.
  idleMs: 40_000,
  histories: [10_000, 1_000_000],
  calls: 3000,
  starts: 9,
  syncDelaysMs: [0, 1, 5, 20]
}

/** Tries every measurement in a short time. The figures have no meaning. */
export const brief: Effort = {
  rounds: 1,
  roundMs: 300,
  conversations: [
    { pairs: 20, inFlight: 1 },
    { pairs: 5, inFlight: 8 }
  ],
  turns: [2],
  storeCalls: 10,
  storeIdleMs: 50,
  messagesPerSecond: 500,
  contacts: 20,
  announcements: 5,
  handshakes: 50,
  idleConnections: 100,
  idleMs: 1000,
  histories: [1000, 2000],
  calls: 20,
  starts: 1,
  syncDelaysMs: [1]
}
