import type { WebSocket } from '@fastify/websocket'

export interface Heartbeat {
  /** The other end has shown that it lives. */
  note(): void
}

/**
 * Pings the other end (RFC 6455, 5.5.2) in intervals, and ends the connection when one has passed without a sign of life.
 * So a dead connection lives for two intervals at most.
 */
export function startHeartbeat(socket: WebSocket, intervalMs: number): Heartbeat {
  let isAlive = true
  const note = () => {
    isAlive = true
  }

  function beat() {
    // Later in this turn of the event loop, when what has arrived while the process was stopped or busy has been read.
    if (!isAlive) return setImmediate(() => isAlive || socket.terminate())
    isAlive = false
    socket.ping()
  }

  const timer = setInterval(beat, intervalMs)
  socket.on('close', () => clearInterval(timer))
  socket.on('pong', note)
  return { note }
}
