import type { Socket } from 'node:net'

const samplesPerTimeout = 8

/**
 * Calls `onStalled` when a client has taken nothing of an answer for `timeoutMs`.
 *
 * @returns ends the watch
 */
export function watchTaking(socket: Socket, timeoutMs: number, onStalled: () => void): () => void {
  let unsentBytes = unsentBytesOf(socket)
  let takenAt = performance.now()

  const timer = setInterval(() => {
    const now = performance.now()
    const bytes = unsentBytesOf(socket)
    // Notifications that wait behind the answer make the bytes more.
    if (bytes < unsentBytes) takenAt = now
    unsentBytes = bytes
    if (now - takenAt < timeoutMs) return
    clearInterval(timer)
    onStalled()
  }, timeoutMs / samplesPerTimeout)
  return () => clearInterval(timer)
}

/**
 * Returns the bytes that the kernel has not taken. `writableLength` counts a write until all of it is taken. The handle knows how much
 * of one write is left; Node's own socket timeout asks it as well (lib/net.js, `_onTimeout`).
 */
function unsentBytesOf(socket: Socket): number {
  const { _handle } = socket as Socket & { _handle?: { writeQueueSize: number } | null }
  return socket.writableLength + (_handle?.writeQueueSize ?? 0)
}
