/** The settings of connections; `config.json` describes most of them. Each `max…` and `refusalsBeforeClose` may be 0: no limit. */
export interface WebSocketOptions {
  maxConnectionsPerUser: number
  maxPayloadBytes: number
  maxBatchCalls: number
  maxPageItems: number
  /** Unanswered frames of a connection, beyond which the server does not read it. */
  maxPendingFrames: number
  /** Milliseconds of one turn of the event loop for reading frames, and for calls that have waited. */
  maxTurnMs: number
  /** Bytes of notifications that the client has not taken, beyond which the connection is closed. */
  maxBufferedBytes: number
  /** Milliseconds in which a client must take something of an answer. */
  answerTimeoutMs: number
  pingIntervalMs: number
  /** Ignored refusals within the window, beyond which the connection is closed. */
  refusalsBeforeClose: number
  refusalsWindowMs: number
}
