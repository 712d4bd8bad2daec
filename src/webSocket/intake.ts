import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import type { WebSocket } from '@fastify/websocket'

// A chunk of a few requests is passed on whole, a larger one in pieces: 18 frames of one byte fit into a piece.
const maxWholeBytes = 2048
const pieceBytes = 128

/** The state of reading a connection, which is paused while either is true. */
export interface Reading {
  readonly socket: WebSocket
  /** Whether too many frames are unanswered. */
  isFull: boolean
  /** Whether the time for reading in this turn of the event loop is over. */
  isWaiting: boolean
}

interface Intake {
  /** Starts to read a connection in pieces. */
  open(socket: WebSocket, tcp: Socket): Reading
  /** Counts a frame that was read. */
  count(reading: Reading): void
}

/**
 * Shares the event loop among connections on which many frames arrive at once. `ws` reads all frames of a chunk, up to 9000 in 64 KiB,
 * even when it is paused meanwhile. A pause takes effect between two pieces of a chunk. The socket continues in the next turn.
 *
 * @param maxTurnMs milliseconds of a turn for reading frames; each connection may read one piece in any case
 */
export function createIntake(maxTurnMs: number): Intake {
  let endsAt = 0
  let waiting: Reading[] = []

  function beginTurn() {
    endsAt = 0
    const released = waiting
    waiting = []
    for (const reading of released) {
      reading.isWaiting = false
      resume(reading)
    }
  }

  return {
    open(socket, tcp) {
      tcp.push = pushPieces
      return { socket, isFull: false, isWaiting: false }
    },
    count(reading) {
      const now = performance.now()
      if (endsAt === 0) {
        endsAt = now + maxTurnMs
        setImmediate(beginTurn)
      }
      if (now < endsAt || reading.isWaiting) return
      reading.isWaiting = true
      waiting.push(reading)
      reading.socket.pause()
    }
  }
}

/** Returns the number of pieces of a frame, which count towards the limit of `ws` like chunks from the network. */
export function countPieces(frameBytes: number): number {
  return Math.ceil(frameBytes / pieceBytes)
}

export function setFull(reading: Reading, isFull: boolean): void {
  reading.isFull = isFull
  if (isFull) reading.socket.pause()
  else resume(reading)
}

function resume({ socket, isFull, isWaiting }: Reading): void {
  if (!isFull && !isWaiting) socket.resume()
}

function pushPieces(this: Socket, chunk: Buffer | null): boolean {
  if (chunk === null || chunk.length <= maxWholeBytes) return Readable.prototype.push.call(this, chunk)
  let wantsMore = true
  for (let start = 0; start < chunk.length; start += pieceBytes) {
    wantsMore = Readable.prototype.push.call(this, chunk.subarray(start, start + pieceBytes))
  }
  return wantsMore
}
