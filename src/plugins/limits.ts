import type {} from '@fastify/websocket'
import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { AppError } from '../errors.js'
import { createCallLimits, type UserLimits } from '../limits/callLimits.js'
import { clientKey } from '../limits/clientKey.js'
import { createLogIn } from '../limits/logIns.js'
import { createRateLimiter, type RateLimiter } from '../limits/rateLimiter.js'
import type { Config } from '../schemas/config/index.js'

declare module 'fastify' {
  interface FastifyInstance {
    limits: ReturnType<typeof createLimits>
  }
  interface FastifyContextConfig {
    /** False for a route whose requests do not count. */
    rateLimit?: false
  }
}

type LimitsOptions = Config['rate'] & Pick<Config['app'], 'rateLimits'>

const secondMs = 1000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** Rate limits. The plugin limits requests and handshakes itself; routes and connections use `app.limits`. */
export default fp<LimitsOptions>(
  async (app, options) => {
    if (options.rateLimits === 'off') {
      app.log.warn('There are no rate limits: app.rateLimits (RATE_LIMITS) is "off".')
    }
    const limits = createLimits(options)
    app.decorate('limits', limits)
    app.addHook('onRequest', async (request) => {
      if (request.ws) return limits.assertHandshake(request)
      if (request.routeOptions.config.rateLimit !== false) await limits.assertRequest(request)
    })
  },
  { name: 'limits', fastify: '5.x', dependencies: ['rpc'] }
)

function createLimits({ rateLimits, maxTracked, maxDelayMs, ...rate }: LimitsOptions) {
  const isOff = rateLimits === 'off'
  const limiterOf = (tokens: number, windowMs: number, burst?: number) =>
    createRateLimiter({ tokens: isOff ? 0 : tokens, windowMs, burst }, maxTracked)
  const perUser: UserLimits = {
    calls: limiterOf(rate.callsPerSecond, secondMs, rate.callBurst),
    messages: limiterOf(rate.messagesPerSecond, secondMs, rate.messageBurst),
    searches: limiterOf(rate.searchesPerSecond, secondMs, rate.searchBurst),
    bytes: limiterOf(rate.answerBytesPerSecond, secondMs, rate.answerBurstBytes),
    maxDelayMs
  }
  const callLimitsOf = (userId: string, onRefused?: () => void) => createCallLimits(perUser, userId, onRefused)
  return {
    assertRequest: createAssert(limiterOf(rate.requestsPerMinute, minuteMs), 'requests from this address'),
    assertHandshake: createAssert(limiterOf(rate.handshakesPerMinute, minuteMs), 'connections from this address'),
    assertSignup: createAssert(limiterOf(rate.signupsPerHour, hourMs, rate.signupBurst), 'sign-ups from this address'),
    /** For a request whose user is known. */
    assertUpload: createAssert(limiterOf(rate.uploadsPerMinute, minuteMs), 'uploads of this user', userOf),
    logIn: createLogIn({
      pairs: limiterOf(rate.failedLogIns, rate.failedLogInsWindowMs),
      addresses: limiterOf(rate.failedLogInsOfAddressPerDay, dayMs),
      accounts: limiterOf(rate.failedLogInsOfAccountPerDay, dayMs),
      delayMs: rate.failedLogInDelayMs,
      maxDelayed: rate.failedLogIns
    }),
    /** @see createCallLimits */
    callLimitsOf: isOff ? undefined : callLimitsOf
  }
}

const addressOf = ({ ip }: FastifyRequest) => clientKey(ip)
const userOf = ({ session }: FastifyRequest) => session?.user._id as string

/** Returns a hook that throws {AppError} `tooManyRequests` beyond the limit. */
function createAssert(limiter: RateLimiter, what: string, keyOf: (request: FastifyRequest) => string = addressOf) {
  return async (request: FastifyRequest): Promise<void> => {
    const retryAfterMs = limiter.take(keyOf(request))
    if (retryAfterMs > 0) throw new AppError('tooManyRequests', `Too many ${what}.`, { retryAfterMs })
  }
}
