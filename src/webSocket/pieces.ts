import type { Socket } from 'node:net'
import { Readable } from 'node:stream'

// Room for 73 frames of one byte, and for several of the usual requests.
const pieceBytes = 512

/**
 * Delivers what arrives on a socket in small pieces. `ws` reads all frames of a chunk, which are 9000 in 64 KiB, whether it is paused
 * meanwhile or not; between two pieces a pause takes effect.
 */
export function readInPieces(socket: Socket): void {
  socket.push = pushPieces
}

function pushPieces(this: Socket, chunk: Buffer | null): boolean {
  if (chunk === null || chunk.length <= pieceBytes) return Readable.prototype.push.call(this, chunk)
  let wantsMore = true
  for (let start = 0; start < chunk.length; start += pieceBytes) {
    wantsMore = Readable.prototype.push.call(this, chunk.subarray(start, start + pieceBytes))
  }
  return wantsMore
}
