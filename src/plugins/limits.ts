import rateLimit from '@fastify/rate-limit'
import fp from 'fastify-plugin'
import { AppError } from '../errors.js'

interface LimitsOptions {
  rateLimits: string
}

/** Makes `app.rateLimit()`, with which a route says how often it may be called; `off` for tests and benchmarks. */
export default fp<LimitsOptions>(
  async (app, { rateLimits }) => {
    await app.register(rateLimit, {
      global: false,
      timeWindow: 60_000,
      allowList: () => rateLimits === 'off',
      addHeaders: { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false },
      addHeadersOnExceeding: { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false },
      errorResponseBuilder: (_request, { ttl }) => new AppError('tooManyRequests', undefined, { retryAfterMs: ttl })
    })
  },
  { name: 'limits', fastify: '5.x' }
)
