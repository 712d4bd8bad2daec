import type { WebSocket } from '@fastify/websocket'
import { AppError } from '../errors.js'
import type { Lane } from '../rpc/requestQueue.js'
import type { ServedConnection } from './connection.js'
import type { Reply } from './replies.js'

export interface StrikesOptions {
  /** So many strikes within the window, and the connection is closed; 0 is never. */
  refusalsBeforeClose: number
  refusalsWindowMs: number
  pingIntervalMs: number
}

/**
 * Cuts off a client that goes on calling in spite of refusals, as opposed to one that has sent much before it could know of the
 * first one: a refusal is a strike only when the client knows of the strike before, and a while after that one.
 *
 * @returns to be called with each refusal
 */
export function watchRefusals(...watched: Parameters<typeof beginWatch>): () => void {
  // Begun with the first refusal, which hardly any connection has.
  let note: (() => void) | undefined
  return () => {
    note ??= beginWatch(...watched)
    note()
  }
}

function beginWatch(
  socket: WebSocket,
  connection: ServedConnection,
  lane: Lane<Reply>,
  { refusalsBeforeClose, refusalsWindowMs, pingIntervalMs }: StrikesOptions
): () => void {
  const apartMs = refusalsWindowMs / 10
  let strikes: number[] = []
  let isKnown = true
  let warnedAt = 0

  /** The ping goes behind the refusal, and its pong comes behind all that was sent before the refusal was there. */
  async function warn() {
    connection.flush()
    const mark = Buffer.from(String(warnedAt))
    socket.on('pong', function note(data) {
      if (!data.equals(mark)) return
      socket.off('pong', note)
      isKnown = true
    })
    socket.ping(mark)
    return undefined
  }

  const cutOff = () => connection.refuse(new AppError('tooManyRequests', 'Too many calls in spite of refusals.'))

  return () => {
    const now = performance.now()
    const isTooSoon = strikes.some((strike) => now < strike + apartMs)
    if (refusalsBeforeClose === 0 || isTooSoon) return
    // A connection that does not answer a ping for so long is ended, too, where nothing is called.
    if (!isKnown && now < warnedAt + 2 * pingIntervalMs) return
    if (!isKnown) return cutOff()
    strikes = [...strikes.filter((strike) => now < strike + refusalsWindowMs), now]
    isKnown = false
    warnedAt = now
    if (strikes.length < refusalsBeforeClose) return queueMicrotask(() => lane.run({ mayOverlap: false, run: warn }))
    cutOff()
  }
}
