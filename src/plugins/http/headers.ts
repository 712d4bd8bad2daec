import helmet, { type FastifyHelmetOptions } from '@fastify/helmet'
import fp from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Policy of a route: its option `helmet`, which @fastify/helmet puts here, or the one that a plugin sets. */
    helmet?: FastifyHelmetOptions
  }
}

type Policy = Exclude<FastifyHelmetOptions, { enableCSPNonces: true }>

const none = ["'none'"]
const self = ["'self'"]
const cspOf = (directives: Record<string, string[]>) => ({ contentSecurityPolicy: { useDefaults: false, directives } })

/** Data is not a page: a browser must not run or show it as one. */
const data: Policy = {
  ...cspOf({ 'default-src': none, 'frame-ancestors': none }),
  xFrameOptions: { action: 'deny' },
  // Headers that no present browser needs. The first one is sent below, over HTTPS alone (RFC 6797, 7.2).
  strictTransportSecurity: false,
  originAgentCluster: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false
}

/** Headers of answers that @fastify/helmet does not see, such as one to bytes that are not HTTP. */
export const bareHeaders = {
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'x-content-type-options': 'nosniff'
}

/** Lets the demo page run its own scripts alone, and no page frame it (OWASP). */
export const demoPolicy: Policy = cspOf({
  'default-src': self,
  'img-src': [...self, 'blob:'],
  'object-src': none,
  'base-uri': none,
  'frame-ancestors': none,
  'form-action': self
})

/** Lets pages of another origin show a picture, and a picture opened on its own do nothing. */
export const picturePolicy: Policy = {
  ...cspOf({ 'default-src': none, sandbox: [] }),
  crossOriginResourcePolicy: { policy: 'cross-origin' }
}

/** Leaves a client that another author has built as it is. */
export const clientPolicy: Policy = {
  contentSecurityPolicy: false,
  crossOriginOpenerPolicy: false,
  crossOriginResourcePolicy: false,
  referrerPolicy: false,
  xFrameOptions: false
}

const hsts = `max-age=${365 * 24 * 60 * 60}`

/** Sends security headers with every answer; a route of pages or pictures names its policy as `helmet`. */
export default fp(
  async (app) => {
    await app.register(helmet, { ...data, global: false })
    // An accepted handshake has no answer, and an earlier hook would cost it time.
    app.addHook('onSend', async ({ protocol, routeOptions }, reply) => {
      if (!routeOptions.config.helmet) {
        // A hook before this plugin's may have refused the request.
        if (reply.helmet) reply.helmet()
        else reply.headers(bareHeaders)
      }
      if (protocol === 'https') reply.header('strict-transport-security', hsts)
    })
  },
  { name: 'headers', fastify: '5.x' }
)
