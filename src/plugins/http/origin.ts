import cors from '@fastify/cors'
import type {} from '@fastify/websocket'
import fp from 'fastify-plugin'
import { AppError } from '../../errors.js'
import { createRateLimiter } from '../../limits/rateLimiter.js'
import { describeSource, isAllowed, isPrefetch } from './origins.js'

interface OriginOptions {
  /** The one foreign origin that may call with credentials. */
  url?: string
}

/** Which pages may use the server: its own, and those of `client.url` (CORS; RFC 6455, 10.2 for WebSocket). */
export default fp<OriginOptions>(
  async (app, { url }) => {
    const foreignOrigin = url && new URL(url).origin
    await app.register(cors, { origin: foreignOrigin ?? false, credentials: true, methods: ['GET', 'POST'] })

    // Once a minute: a foreign page could fill the disk otherwise.
    const warnings = createRateLimiter({ tokens: 1, windowMs: 60_000 }, 1)

    // CORS covers neither WebSocket nor forms, nor a link that logs out whoever follows it.
    app.addHook('onRequest', async ({ headers, method, routeOptions, ws }) => {
      const isExit = routeOptions.url === '/exit'
      if (!ws && method !== 'POST' && !isExit) return
      if (isExit && isPrefetch(headers))
        throw new AppError('forbidden', 'A page that is only prefetched logs nobody out.')
      if (isAllowed(headers, foreignOrigin)) return
      if (warnings.take('all') === 0) {
        app.log.warn(
          describeSource(headers),
          'A page of a foreign origin is refused: "client.url" and "Host" do not name it.'
        )
      }
      throw new AppError('forbidden', 'Pages of this origin may not call this server.')
    })
  },
  { name: 'origin', fastify: '5.x', dependencies: ['rpc'] }
)
