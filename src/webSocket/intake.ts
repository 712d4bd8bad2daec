import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import type { WebSocket } from '@fastify/websocket'

// A chunk of a few requests is passed on whole, a larger one in pieces: 18 frames of one byte fit into a piece.
const maxWholeBytes = 2048
const pieceBytes = 128

interface Reading {
  /** Counts a frame that was read. */
  count(): void
  /** Pauses reading while too many frames are unanswered. */
  setFull(isFull: boolean): void
}

/**
 * Shares the event loop among connections on which many frames arrive at once. `ws` reads all frames of a chunk, up to 9000 in 64 KiB,
 * even when it is paused meanwhile. A pause takes effect between two pieces of a chunk. The socket continues in the next turn.
 *
 * @param maxTurnMs milliseconds of a turn for reading frames; each connection may read one piece in any case
 * @returns a function that starts to read a connection in pieces
 */
export function createIntake(maxTurnMs: number): (socket: WebSocket, tcp: Socket) => Reading {
  let endsAt = 0
  let waiting: (() => void)[] = []

  function beginTurn() {
    endsAt = 0
    const released = waiting
    waiting = []
    for (const release of released) release()
  }

  return (socket, tcp) => {
    let isFull = false
    let isWaiting = false
    const update = () => (isFull || isWaiting ? socket.pause() : socket.resume())
    const setWaiting = (value: boolean) => {
      isWaiting = value
      update()
    }
    tcp.push = pushPieces

    return {
      setFull(value) {
        isFull = value
        update()
      },
      count() {
        const now = performance.now()
        if (endsAt === 0) {
          endsAt = now + maxTurnMs
          setImmediate(beginTurn)
        }
        if (now < endsAt || isWaiting) return
        setWaiting(true)
        waiting.push(() => setWaiting(false))
      }
    }
  }
}

/** Returns the number of pieces of a frame, which count towards the limit of `ws` like chunks from the network. */
export function countPieces(frameBytes: number): number {
  return Math.ceil(frameBytes / pieceBytes)
}

function pushPieces(this: Socket, chunk: Buffer | null): boolean {
  if (chunk === null || chunk.length <= maxWholeBytes) return Readable.prototype.push.call(this, chunk)
  let wantsMore = true
  for (let start = 0; start < chunk.length; start += pieceBytes) {
    wantsMore = Readable.prototype.push.call(this, chunk.subarray(start, start + pieceBytes))
  }
  return wantsMore
}
