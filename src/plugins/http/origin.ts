import type { IncomingHttpHeaders } from 'node:http'
import cors from '@fastify/cors'
import type {} from '@fastify/websocket'
import fp from 'fastify-plugin'
import { AppError } from '../../errors.js'
import { createRateLimiter } from '../../limits/rateLimiter.js'
import type { Config } from '../../schemas/config/index.js'

/** Values of `Sec-Fetch-Site` for pages of another origin (W3C Fetch Metadata). */
const foreignSites = new Set(['cross-site', 'same-site'])
const ownSites = new Set(['same-origin', 'none'])

/** Headers by which a browser marks a prefetch: the standard's, and those of older browsers. */
const purposes = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz']

const defaultPorts = { http: ':80', https: ':443' }

const maxLoggedLength = 200

/** Refuses pages other than the server's own and those of `client.url` (CORS; RFC 6455, 10.2 for WebSocket). */
export default fp<Pick<Config['client'], 'url'>>(
  async (app, { url }) => {
    const foreignOrigin = url && new URL(url).origin
    await app.register(cors, { origin: foreignOrigin ?? false, credentials: true, methods: ['GET', 'POST'] })

    // Once a minute: a foreign page could fill the disk otherwise.
    const warnings = createRateLimiter({ tokens: 1, windowMs: 60_000 }, 1)

    // CORS covers neither WebSocket nor forms, nor a link that logs out the user who follows it.
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

/**
 * Tells whether a request may act for its user: it comes from the server's own pages, from those of `foreignOrigin`, or not from a page.
 * `Origin` decides where a browser sends it, then `Sec-Fetch-Site`. Over plain HTTP a link has neither, and `Referer` decides.
 */
function isAllowed(headers: IncomingHttpHeaders, foreignOrigin?: string): boolean {
  const { origin, host, referer, 'sec-fetch-site': site } = headers
  if (origin !== undefined) return origin === foreignOrigin || ownOrigins(host).includes(origin)
  if (ownSites.has(String(site))) return true
  const source = originOf(referer)
  // A redirect by a foreign page keeps the Referer of the own page before it.
  if (foreignSites.has(String(site))) return source !== undefined && source === foreignOrigin
  return source === undefined || source === foreignOrigin || ownOrigins(host).includes(source)
}

/** Tells whether a browser only prefetches a page, which its user may never open. */
function isPrefetch(headers: IncomingHttpHeaders): boolean {
  return purposes.some((name) => /prefetch|prerender|preview/i.test(String(headers[name])))
}

/** Returns the headers that name a page, for the log: without path and query, which may hold secrets. */
function describeSource({ origin, host, referer, 'sec-fetch-site': site }: IncomingHttpHeaders) {
  const source = { origin, referer: originOf(referer), site: site as string | undefined, host }
  return Object.fromEntries(Object.entries(source).map(([name, value]) => [name, value?.slice(0, maxLoggedLength)]))
}

/**
 * Returns the origin of a `Referer`; `'null'`, as for an opaque origin, for a malformed one; nothing where it does not name a page
 * (RFC 9110, 10.1.3).
 */
function originOf(referer = ''): string | undefined {
  if (referer === '' || referer === 'about:blank') return undefined
  return URL.canParse(referer) ? new URL(referer).origin : 'null'
}

/** Returns the origins of the server's own pages. Only a proxy knows whether there is TLS in front of it. */
function ownOrigins(host = ''): string[] {
  return Object.entries(defaultPorts).flatMap(([scheme, port]) => {
    const written = `${scheme}://${host.toLowerCase()}`
    // An origin leaves out the default port of its scheme (RFC 6454, 6.2), which a client or a proxy may write into `Host`.
    return written.endsWith(port) ? [written, written.slice(0, -port.length)] : [written]
  })
}
