import type { WebSocket } from '@fastify/websocket'

export interface Heartbeat {
  /** The other end has shown that it lives. */
  note(): void
}

// So many intervals a ping may wait behind a long answer that the other end takes slowly.
const maxIntervalsInQueue = 4

/**
 * Pings the other end (RFC 6455, 5.5.2) in intervals, and ends the connection when one has passed without a sign of life: a
 * pong, or a call that has come to its end. So a dead connection lives for two intervals, unless much was waiting for it.
 */
export function startHeartbeat(socket: WebSocket, intervalMs: number): Heartbeat {
  let isAlive = true
  let isInQueue = false
  let intervalsInQueue = 0
  const note = () => {
    isAlive = true
  }

  function beat() {
    if (isInQueue && ++intervalsInQueue < maxIntervalsInQueue) return
    // Later in this turn of the event loop, when what has arrived while the process was stopped or busy has been read.
    if (!isAlive) return setImmediate(() => isAlive || socket.terminate())
    isAlive = false
    isInQueue = true
    intervalsInQueue = 0
    // A function for each ping, so that a connection keeps none between them.
    socket.ping(undefined, undefined, () => {
      isInQueue = false
      // What was before it has been taken.
      if (intervalsInQueue > 0) note()
    })
  }

  const timer = setInterval(beat, intervalMs)
  socket.on('close', () => clearInterval(timer))
  socket.on('pong', note)
  return { note }
}
