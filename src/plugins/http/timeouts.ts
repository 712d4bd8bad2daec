import type { Config } from '../../schemas/config/index.js'
import { maxTimerMs } from '../../schemas/config/setting.js'

type Timeouts = Config['app']

// How often Node looks for requests that are too slow.
const checkingIntervalMs = 5000

/** How long what may take, as Fastify is told it. */
export function timeoutsOf(app: Timeouts) {
  const requestTimeout = app.requestTimeoutMs
  // Node takes the larger one of the two for the whole request; and who says nothing is silent before there is a request, too.
  const headersTimeout = Math.min(
    app.headersTimeoutMs,
    requestTimeout,
    app.connectionTimeoutMs || Number.POSITIVE_INFINITY
  )
  return {
    requestTimeout,
    keepAliveTimeout: app.keepAliveTimeoutMs,
    maxRequestsPerSocket: app.maxRequestsPerSocket,
    http: { headersTimeout, connectionsCheckingInterval: Math.min(headersTimeout, checkingIntervalMs) }
  }
}

/** For what a client may take all its time to send; 0 for ever. */
export function uploadTimeoutOf({ requestTimeoutMs, handlerTimeoutMs }: Timeouts): number {
  return handlerTimeoutMs && Math.min(requestTimeoutMs + handlerTimeoutMs, maxTimerMs)
}
