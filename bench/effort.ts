/** How much a run measures. */
export interface Effort {
  rounds: number
  roundMs: number
  /** Pairs of people, and how many requests of each are in flight. */
  conversations: { pairs: number; inFlight: number }[]
  /** Numbers of pairs of people who take turns at two processes. */
  turns: number[]
  /** Calls of each kind with MongoDB in a round. */
  storeCalls: number
  /** A process that has done nothing for this time has done what its store puts off. */
  storeIdleMs: number
  messagesPerSecond: number
  contacts: number
  announcements: number
  handshakes: number
  idleConnections: number
  /** How long they are left alone before their memory is read. */
  idleMs: number
  /** Stored messages. */
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
  // V8 takes up to 30 s without much to do before it gives back what the handshakes have left.
  idleMs: 40_000,
  histories: [10_000, 1_000_000],
  calls: 3000,
  starts: 9,
  syncDelaysMs: [0, 1, 5, 20]
}

/** Shows that everything can be measured; its figures say nothing. */
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
