import type { WebSocket } from '@fastify/websocket'

// Intervals that a ping may wait behind a long answer that the client takes slowly.
const maxIntervalsInQueue = 4

/**
 * Pings the client (RFC 6455, 5.5.2) at each interval, and ends the connection after one without a sign of life: a pong, or a call that
 * has ended. A dead connection lives for two intervals, unless a long answer was waiting for it.
 *
 * @returns a function that notes another sign of life
 */
export function startHeartbeat(socket: WebSocket, intervalMs: number): () => void {
  let isAlive = true
  let isInQueue = false
  let intervalsInQueue = 0
  const noteLife = () => {
    isAlive = true
  }

  function beat() {
    if (isInQueue && ++intervalsInQueue < maxIntervalsInQueue) return
    // Later in this turn of the event loop, after reading what arrived while the process was stopped or busy.
    if (!isAlive) return setImmediate(() => isAlive || socket.terminate())
    isAlive = false
    isInQueue = true
    intervalsInQueue = 0
    // A function for each ping: a connection keeps none between them.
    socket.ping(undefined, undefined, () => {
      isInQueue = false
      // The client has taken the answer before the ping.
      if (intervalsInQueue > 0) noteLife()
    })
  }

  const timer = setInterval(beat, intervalMs)
  socket.on('close', () => clearInterval(timer))
  socket.on('pong', noteLife)
  return noteLife
}
