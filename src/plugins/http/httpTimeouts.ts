import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { AppError } from '../../errors.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Of this route, instead of what is configured for all; 0 for ever. */
    handlerTimeoutMs?: number
  }
}

interface HttpTimeoutsOptions {
  /** 0 for ever. */
  connectionTimeoutMs: number
  handlerTimeoutMs: number
}

/**
 * Once a request has its headers: a client that is silent amid the rest of it gets 408, one that does not take its answer is
 * cut off, and one that waits for it to begin is not. Fastify's own `connectionTimeout` cuts off that one, too, and leaves a
 * timer behind in each WebSocket.
 *
 * An answer that has not begun in time is 503, or 408 where the client has still not sent its request; what was begun for it may
 * come to its end. Fastify's own `handlerTimeout` ends its watch as soon as a body has been read, and cuts off long downloads.
 */
export default fp<HttpTimeoutsOptions>(
  async (app, options) => {
    app.addHook('onRequest', async (request, reply) => {
      // The response of an upgrade has no end.
      if (request.ws) return
      // One that `app.inject()` makes has no such thing.
      request.raw.socket.setTimeout?.(options.connectionTimeoutMs)
      reply.raw.on('timeout', () => endSilence(request, reply))
      const { handlerTimeoutMs = options.handlerTimeoutMs } = request.routeOptions.config
      if (handlerTimeoutMs === 0) return
      // An answer whose turn never came, because the one before it was cut off, is not told so.
      const timer = setTimeout(giveUp, handlerTimeoutMs, request, reply).unref()
      reply.raw.once('close', () => clearTimeout(timer))
    })
  },
  { name: 'httpTimeouts', fastify: '5.x', dependencies: ['rpc'] }
)

/** Node tells it of the answer whose turn it is, and leaves the socket to whoever listens. */
function endSilence(request: FastifyRequest, reply: FastifyReply): void {
  if (reply.raw.headersSent) request.raw.socket.destroy()
  else if (!request.raw.complete) giveUp(request, reply)
}

function giveUp({ raw }: FastifyRequest, reply: FastifyReply): void {
  if (reply.raw.headersSent) return
  const sentence = 'The server has not answered in time.'
  reply.send(raw.complete ? new AppError('unavailable', sentence, {}, new Error(sentence)) : new AppError('tooSlow'))
}
