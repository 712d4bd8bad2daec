import type { WebSocket } from '@fastify/websocket'
import { AppError } from '../errors.js'
import type { Lane } from '../rpc/lane.js'
import type { ServedConnection } from './connection.js'

export interface StrikesOptions {
  /** So many strikes within the window, and the connection is closed; 0 is never. */
  refusalsBeforeClose: number
  refusalsWindowMs: number
}

/**
 * Cuts off a client that goes on calling in spite of refusals, as opposed to one that has sent much before it could know of the
 * first one: a refusal is a strike only when the client knows of the strike before, and a while after that one.
 *
 * @returns to be called with each refusal
 */
export function watchRefusals(
  socket: WebSocket,
  connection: ServedConnection,
  lane: Lane,
  { refusalsBeforeClose, refusalsWindowMs }: StrikesOptions
): () => void {
  const apartMs = refusalsWindowMs / 10
  let strikes: number[] = []
  let isKnown = true

  /** The ping goes behind the refusal, and its pong comes behind all that was sent before the refusal was there. */
  async function warn() {
    connection.flush()
    socket.once('pong', () => {
      isKnown = true
    })
    socket.ping()
    return undefined
  }

  return () => {
    const now = performance.now()
    const isTooSoon = strikes.some((strike) => now < strike + apartMs)
    if (refusalsBeforeClose === 0 || !isKnown || isTooSoon) return
    strikes = [...strikes.filter((strike) => now < strike + refusalsWindowMs), now]
    isKnown = false
    if (strikes.length < refusalsBeforeClose) return queueMicrotask(() => lane.run({ mayOverlap: false, run: warn }))
    connection.refuse(new AppError('tooManyRequests', 'Too many calls in spite of refusals.'))
  }
}
