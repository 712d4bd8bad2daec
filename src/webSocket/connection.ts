import type { Socket } from 'node:net'
import type { WebSocket } from '@fastify/websocket'
import type { AppError } from '../errors.js'
import type { Connection } from '../plugins/notifier.js'
import type { Session } from '../store/store.js'
import type { Outbox } from './outbox.js'

export interface ServedConnection extends Connection {
  /** Writes what waits for the end of the turn. */
  flush(): void
  /** Resolves when the other end has taken so much that it can be sent more. */
  drained(): Promise<void>
}

// RFC 6455, 7.4.1
const policyViolation = 1008

/** Closes a connection, and says why: a browser shows a page nothing else. */
export function refuse(socket: WebSocket, error: AppError): void {
  socket.close(policyViolation, JSON.stringify(error.toBody()))
}

interface ConnectionOptions {
  /** So much that the other end has not taken yet, and the connection is ended when there is more for it. */
  maxBufferedBytes: number
}

/**
 * One connection, as those who send see it.
 *
 * Frames are written to the TCP socket itself: `ws` would make a header for each receiver of a frame, and write each frame by
 * itself. Its own frames are whole among them, since without compression it writes at once; a close of its own goes before what
 * still waits for the end of the turn.
 */
export function createConnection(
  socket: WebSocket,
  tcp: Socket,
  session: Session,
  outbox: Outbox,
  { maxBufferedBytes }: ConnectionOptions
): ServedConnection {
  let frames: Buffer[] = []
  let waitingBytes = 0

  function flush() {
    const ready = frames
    frames = []
    waitingBytes = 0
    if (socket.readyState !== socket.OPEN) return
    if (ready.length > 1) tcp.cork()
    for (const frame of ready) tcp.write(frame)
    if (ready.length > 1) tcp.uncork()
  }

  return {
    session,
    flush,
    refuse(error) {
      flush()
      refuse(socket, error)
    },
    send(frame) {
      if (waitingBytes + tcp.writableLength > maxBufferedBytes) return socket.terminate()
      waitingBytes += frame.length
      if (frames.push(frame) === 1) outbox.add(flush)
    },
    async drained() {
      if (waitingBytes + tcp.writableLength < tcp.writableHighWaterMark) return
      flush()
      if (!tcp.writableNeedDrain) return
      await new Promise<void>((resolve) => {
        const settle = () => {
          tcp.off('drain', settle)
          tcp.off('close', settle)
          resolve()
        }
        tcp.on('drain', settle)
        tcp.on('close', settle)
      })
    }
  }
}
