import cors from '@fastify/cors'
import type {} from '@fastify/websocket'
import fp from 'fastify-plugin'
import { AppError } from '../errors.js'

interface OriginOptions {
  /** The one foreign origin that may call with credentials. */
  url?: string
}

/** Which pages may use the server: its own, and those of `client.url` (CORS; RFC 6455, 10.2 for WebSocket). */
export default fp<OriginOptions>(
  async (app, { url }) => {
    const foreignOrigin = url && new URL(url).origin
    await app.register(cors, { origin: foreignOrigin ?? false, credentials: true, methods: ['GET', 'POST'] })

    // CORS covers neither WebSocket nor forms. A client that is no browser sends no Origin.
    app.addHook('onRequest', async ({ ws, method, headers: { origin, host } }) => {
      const isHarmless = !ws && method !== 'POST'
      if (isHarmless || origin === undefined || origin === foreignOrigin) return
      if (!URL.canParse(origin) || new URL(origin).host !== host) {
        throw new AppError('forbidden', 'Pages of this origin may not call this server.')
      }
    })
  },
  { name: 'origin', fastify: '5.x', dependencies: ['rpc'] }
)
