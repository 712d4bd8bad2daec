import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { AppError } from '../../errors.js'
import { maxTimerMs } from '../../schemas/config/setting.js'
import type { Settings } from '../../tuning.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Milliseconds of this route, in place of the setting; 0: no limit. */
    handlerTimeoutMs?: number
  }
}

type Timeouts = Settings['app']

const checkingIntervalMs = 5000

/** Returns the timeouts that Fastify and Node watch. */
export function timeoutsOf(app: Timeouts) {
  const { requestTimeoutMs: requestTimeout, headersTimeoutMs, connectionTimeoutMs } = app
  // Node takes the larger one of the two for the whole request. A silent client is also silent before its request.
  const headersTimeout = Math.min(headersTimeoutMs, requestTimeout, connectionTimeoutMs || Number.POSITIVE_INFINITY)
  return {
    requestTimeout,
    keepAliveTimeout: app.keepAliveTimeoutMs,
    maxRequestsPerSocket: app.maxRequestsPerSocket,
    http: { headersTimeout, connectionsCheckingInterval: Math.min(headersTimeout, checkingIntervalMs) }
  }
}

/** Returns the handler timeout of an upload, whose client may use the whole request timeout; 0: no limit. */
export function uploadTimeoutOf({ requestTimeoutMs, handlerTimeoutMs }: Timeouts): number {
  return handlerTimeoutMs && Math.min(requestTimeoutMs + handlerTimeoutMs, maxTimerMs)
}

/**
 * Watches a request that has its headers. A client that is silent amid the rest of it gets 408; one that does not take its answer is
 * disconnected. Fastify's own `connectionTimeout` would also disconnect a client that waits for its answer, and leave a timer in each
 * WebSocket.
 *
 * An answer that has not begun in time is 503, or 408 where the client has not sent all of its request. Its handler goes on. Fastify's
 * own `handlerTimeout` stops watching as soon as a body has been read, and ends long downloads.
 */
export default fp<Pick<Timeouts, 'connectionTimeoutMs' | 'handlerTimeoutMs'>>(
  async (app, options) => {
    app.addHook('onRequest', async (request, reply) => {
      // The response of an upgrade has no end.
      if (request.ws) return
      // The socket of `app.inject()` has no such method.
      request.raw.socket.setTimeout?.(options.connectionTimeoutMs)
      reply.raw.on('timeout', () => endSilence(request, reply))
      const { handlerTimeoutMs = options.handlerTimeoutMs } = request.routeOptions.config
      if (handlerTimeoutMs === 0) return
      // No 'close' comes for an answer behind one that was cut off; the timer must not keep the process alive.
      const timer = setTimeout(giveUp, handlerTimeoutMs, request, reply).unref()
      reply.raw.once('close', () => clearTimeout(timer))
    })
  },
  { name: 'timeouts', fastify: '5.x', dependencies: ['rpc'] }
)

/** Node emits the timeout on the current answer and leaves the socket to its listener. */
function endSilence(request: FastifyRequest, reply: FastifyReply): void {
  if (reply.raw.headersSent) request.raw.socket.destroy()
  else if (!request.raw.complete) giveUp(request, reply)
}

function giveUp({ raw }: FastifyRequest, reply: FastifyReply): void {
  if (reply.raw.headersSent) return
  const sentence = 'The server has not answered in time.'
  reply.send(raw.complete ? new AppError('unavailable', sentence, {}, new Error(sentence)) : new AppError('tooSlow'))
}
