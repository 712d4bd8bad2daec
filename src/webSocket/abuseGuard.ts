import type { WebSocket } from '@fastify/websocket'
import { AppError } from '../errors.js'
import type { Answer, ServedConnection } from './connection.js'
import type { WebSocketOptions } from './options.js'
import type { RequestQueue } from './requestQueue.js'

const abuse = new AppError('tooManyRequests', 'Too many calls in spite of refusals.')

/**
 * Closes the connection of a client that ignores refusals. A client that had sent many calls before it could see the first refusal is
 * not closed: a refusal counts only when the client has seen the one counted before, and not soon after it.
 *
 * @returns a function to call at each refusal
 */
export function watchRefusals(
  socket: WebSocket,
  connection: ServedConnection,
  queue: RequestQueue<Answer>,
  { refusalsBeforeClose, refusalsWindowMs, pingIntervalMs }: WebSocketOptions
): () => void {
  const apartMs = refusalsWindowMs / 10
  let countedAt: number[] = []
  let isSeen = true
  let pingedAt = 0

  /** Sends a ping behind the refusal. Its pong comes behind everything that the client had sent before it saw the refusal. */
  async function ping() {
    const mark = Buffer.from(String(pingedAt))
    socket.on('pong', function note(data) {
      if (!data.equals(mark)) return
      socket.off('pong', note)
      isSeen = true
    })
    socket.ping(mark)
    return undefined
  }

  return () => {
    const now = performance.now()
    const isTooSoon = countedAt.some((at) => now < at + apartMs)
    if (refusalsBeforeClose === 0 || isTooSoon) return
    // The heartbeat ends an idle connection, too, that does not answer a ping for so long.
    if (!isSeen && now < pingedAt + 2 * pingIntervalMs) return
    if (!isSeen) return connection.refuse(abuse)
    countedAt = [...countedAt.filter((at) => now < at + refusalsWindowMs), now]
    isSeen = false
    pingedAt = now
    if (countedAt.length >= refusalsBeforeClose) return connection.refuse(abuse)
    queueMicrotask(() => queue.add({ mayOverlap: false, run: ping }))
  }
}
