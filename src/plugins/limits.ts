import rateLimit, { normalizeIP } from '@fastify/rate-limit'
import type {} from '@fastify/websocket'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { AppError } from '../errors.js'
import { type BudgetOptions, type Budgets, createBudgets } from '../limits/budget.js'
import { createLogIn, type LogIn, type LogInOptions } from '../limits/logIns.js'
import { createRateLimiter } from '../limits/rateLimiter.js'
import { createTallyStore } from '../limits/tally.js'
import type { Config } from '../schemas/config/index.js'

declare module 'fastify' {
  interface FastifyInstance {
    limits: Limits
  }
}

/** @throws {AppError} `tooManyRequests` */
type Assert = (request: FastifyRequest) => Promise<void>

export interface Limits {
  /** What calls may use up; nothing where there is no limit. */
  budgets: Budgets | undefined
  assertSignup: Assert
  /** Of a request whose user is known. */
  assertUpload: Assert
  logIn: LogIn
}

interface RateOptions extends BudgetOptions, LogInOptions {
  requestsPerMinute: number
  handshakesPerMinute: number
  uploadsPerMinute: number
  signupsPerHour: number
  signupBurst: number
}

interface LimitsOptions extends RateOptions {
  /** `off` is no limit at all. */
  rateLimits: Config['app']['rateLimits']
}

/** How often what may be done: requests and handshakes here, and the rest by those whom `app.limits` serves. */
export default fp<LimitsOptions>(
  async (app, { rateLimits, ...given }) => {
    const isOff = rateLimits === 'off'
    if (isOff) app.log.warn('There are no rate limits: app.rateLimits (RATE_LIMITS) is "off".')
    else await app.register(rateLimit, { global: false, store: createTallyStore(given.maxTracked) })
    const options = isOff ? withoutLimits(given) : given
    const assertRequest = createAssert(app, options.requestsPerMinute, 'requests from this address')
    const assertHandshake = createAssert(app, options.handshakesPerMinute, 'connections from this address')

    app.addHook('onRequest', async (request) => {
      if (request.ws) return assertHandshake(request)
      if (request.routeOptions.config.rateLimit !== false) await assertRequest(request)
    })

    const logIn = createLogIn(options)
    app.decorate('limits', {
      budgets: createBudgets(options),
      assertSignup: createAssertSignup(options),
      assertUpload: createAssert(
        app,
        options.uploadsPerMinute,
        'uploads of this user',
        (request) => request.session?.user._id as string
      ),
      logIn: (attempt, check) => logIn({ ...attempt, address: normalizeIP(attempt.address) }, check)
    })
  },
  { name: 'limits', fastify: '5.x', dependencies: ['rpc'] }
)

const withoutLimits = (options: RateOptions): RateOptions => ({
  ...options,
  requestsPerMinute: 0,
  handshakesPerMinute: 0,
  uploadsPerMinute: 0,
  signupsPerHour: 0,
  failedLogIns: 0,
  failedLogInsOfAddressPerDay: 0,
  failedLogInsOfAccountPerDay: 0,
  callsPerSecond: 0,
  messagesPerSecond: 0,
  searchesPerSecond: 0,
  answerBytesPerSecond: 0
})

/** @param perMinute 0 is no limit. @param keyGenerator the address, where there is none */
function createAssert(
  app: FastifyInstance,
  perMinute: number,
  what: string,
  keyGenerator?: (request: FastifyRequest) => string
): Assert {
  if (perMinute === 0) return async () => {}
  const count = app.createRateLimit({ max: perMinute, timeWindow: 60_000, ...(keyGenerator && { keyGenerator }) })
  return async (request) => {
    const outcome = await count(request)
    if (outcome.isAllowed || !outcome.isExceeded) return
    throw new AppError('tooManyRequests', `Too many ${what}.`, { retryAfterMs: outcome.ttl })
  }
}

function createAssertSignup({ signupsPerHour, signupBurst, maxTracked }: RateOptions): Assert {
  if (signupsPerHour === 0) return async () => {}
  const { take, bucketOf } = createRateLimiter({ perSecond: signupsPerHour / 3600, burst: signupBurst }, maxTracked)
  return async ({ ip }) => {
    const retryAfterMs = take(bucketOf(normalizeIP(ip)), performance.now(), 0)
    if (retryAfterMs > 0)
      throw new AppError('tooManyRequests', 'Too many sign-ups from this address.', { retryAfterMs })
  }
}
