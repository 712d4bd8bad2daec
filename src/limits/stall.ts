import type { Socket } from 'node:net'

const samplesPerTimeout = 8

/**
 * Watches a client that is taking an answer, and tells when it has taken nothing for so long.
 *
 * @returns ends the watch
 */
export function watchTaking(socket: Socket, timeoutMs: number, onStalled: () => void): () => void {
  let unsentBytes = unsentBytesOf(socket)
  let takenAt = performance.now()

  const timer = setInterval(() => {
    const now = performance.now()
    const bytes = unsentBytesOf(socket)
    // More bytes are notifications that have come to wait behind the answer.
    if (bytes < unsentBytes) takenAt = now
    unsentBytes = bytes
    if (now - takenAt < timeoutMs) return
    clearInterval(timer)
    onStalled()
  }, timeoutMs / samplesPerTimeout)
  return () => clearInterval(timer)
}

/**
 * Bytes that the kernel has not taken. `writableLength` counts a write until all of it was taken. Within one write only the
 * handle knows more; Node's own socket timeout asks it as well (lib/net.js, `_onTimeout`).
 */
function unsentBytesOf(socket: Socket): number {
  const { _handle } = socket as Socket & { _handle?: { writeQueueSize: number } | null }
  return socket.writableLength + (_handle?.writeQueueSize ?? 0)
}
