import helmet, { type FastifyHelmetOptions } from '@fastify/helmet'
import fp from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The policy of a route of its own: what it names as `helmet`, which @fastify/helmet puts here, or what a plugin sets. */
    helmet?: FastifyHelmetOptions
  }
}

type Policy = Exclude<FastifyHelmetOptions, { enableCSPNonces: true }>
type Directives = Record<string, string[]>

const none = ["'none'"]
const self = ["'self'"]
const cspOf = (directives: Directives) => ({ contentSecurityPolicy: { useDefaults: false, directives } })

const nothing: Directives = { 'default-src': none, 'frame-ancestors': none }

/** What is no page: nothing of it may be run or shown as one. */
const data: Policy = {
  ...cspOf(nothing),
  xFrameOptions: { action: 'deny' },
  // Headers that no present browser needs, and one that is sent below where it means something (RFC 6797, 7.2).
  strictTransportSecurity: false,
  originAgentCluster: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false
}

/** For answers that @fastify/helmet does not see, as when what came did not become a request. */
export const bareHeaders = {
  'content-security-policy': Object.entries(nothing)
    .map(([directive, sources]) => `${directive} ${sources.join(' ')}`)
    .join(';'),
  'x-content-type-options': 'nosniff'
}

/** OWASP: the demo page runs its own scripts alone, and nobody frames it. */
export const demoPolicy: Policy = cspOf({
  'default-src': self,
  'img-src': [...self, 'blob:'],
  'object-src': none,
  'base-uri': none,
  'frame-ancestors': none,
  'form-action': self
})

/** Pages of another origin show it; on its own it can do nothing, whatever it may be. */
export const picturePolicy: Policy = {
  ...cspOf({ 'default-src': none, sandbox: [] }),
  crossOriginResourcePolicy: { policy: 'cross-origin' }
}

/** A client that somebody else has built works as its author means it to. */
export const clientPolicy: Policy = {
  contentSecurityPolicy: false,
  crossOriginOpenerPolicy: false,
  crossOriginResourcePolicy: false,
  referrerPolicy: false,
  xFrameOptions: false
}

const hsts = `max-age=${365 * 24 * 60 * 60}`

/** What browsers are told about every answer; a route that is for people to look at names its policy as `helmet`. */
export default fp(
  async (app) => {
    await app.register(helmet, { ...data, global: false })
    // Late, because a handshake that is let in has no such answer, and would pay for it.
    app.addHook('onSend', async ({ protocol, routeOptions }, reply) => {
      if (!routeOptions.config.helmet) {
        // Not there yet where a hook before this plugin's has refused the request.
        if (reply.helmet) reply.helmet()
        else reply.headers(bareHeaders)
      }
      if (protocol === 'https') reply.header('strict-transport-security', hsts)
    })
  },
  { name: 'headers', fastify: '5.x' }
)
