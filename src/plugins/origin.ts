import type { IncomingHttpHeaders } from 'node:http'
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

    // CORS covers neither WebSocket nor forms, nor a link that logs out whoever follows it.
    app.addHook('onRequest', async (request) => {
      const isHarmless = !request.ws && request.method !== 'POST' && request.routeOptions.url !== '/exit'
      if (isHarmless || isAllowed(request.headers, foreignOrigin)) return
      throw new AppError('forbidden', 'Pages of this origin may not call this server.')
    })
  },
  { name: 'origin', fastify: '5.x', dependencies: ['rpc'] }
)

function isAllowed(headers: IncomingHttpHeaders, foreignOrigin?: string): boolean {
  const { origin, host, referer = '', 'sec-fetch-site': site } = headers
  // A client that is no browser sends neither; a browser that follows a link still says from how far away.
  if (origin === undefined) return !foreignSites.has(String(site)) || originOf(referer) === foreignOrigin
  return origin === foreignOrigin || originsOf(host).includes(origin)
}

// https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
const foreignSites = new Set(['cross-site', 'same-site'])

function originOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).origin : null
}

/** Those of a server's own pages: whether there is TLS in front of it, only a proxy knows. */
function originsOf(host = ''): string[] {
  return ['http', 'https'].map((scheme) => `${scheme}://${host.toLowerCase()}`)
}
