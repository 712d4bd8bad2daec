import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import type { WebSocket } from '@fastify/websocket'

// A few requests fit into this. More is delivered in pieces; 18 frames of one byte fit into one.
const maxWholeBytes = 2048
const pieceBytes = 128

/** How the frames of a connection are read. */
export interface Reading {
  readonly socket: WebSocket
  /** Whether too many frames wait for their answer. */
  isFull: boolean
  /** Whether it waits for the next turn of the event loop. */
  isWaiting: boolean
}

export interface Intake {
  /** Begins to read a connection in pieces. */
  open(socket: WebSocket, tcp: Socket): Reading
  /** Counts a frame that was read. */
  count(reading: Reading): void
}

/**
 * Shares the event loop among connections on which many frames arrive at once. `ws` reads all frames of a chunk, which are 9000 in
 * 64 KiB, whether it is paused meanwhile or not. Between two pieces of the chunk a pause takes effect. A socket is paused and goes on
 * in the next turn, where a call (`rpc/turns.ts`) waits for a promise.
 *
 * @param maxTurnMs milliseconds in a turn of the event loop that frames are read, but for one piece of each connection
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
      goOn(reading)
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

/** Returns into how many pieces a frame may be cut, which `ws` counts as it does those that come from the network. */
export function countPieces(frameBytes: number): number {
  return Math.ceil(frameBytes / pieceBytes)
}

/** Reads no more of a connection, or goes on, by how many frames wait for their answer. */
export function setFull(reading: Reading, isFull: boolean): void {
  reading.isFull = isFull
  if (isFull) reading.socket.pause()
  else goOn(reading)
}

function goOn({ socket, isFull, isWaiting }: Reading): void {
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
