import { totalmem } from 'node:os'
import underPressure from '@fastify/under-pressure'
import fp from 'fastify-plugin'
import { AppError } from '../../errors.js'
import type { Settings } from '../../tuning.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether the route answers while the server is overloaded, because it reports that. */
    isProbe?: boolean
  }
  interface FastifyInstance {
    /** Tells whether the process is overloaded, by the last sample. */
    isOverloaded(): boolean
  }
}

const shareOfMemory = 0.75

/** Refuses new requests and handshakes while the process is overloaded; open connections go on. */
export default fp<Settings['overload']>(
  async (app, options) => {
    const { sampleIntervalMs: sampleInterval } = options
    // Only measures, in 'interval' mode by the last sample alone. By the plugin's own rule a busy loop is overloaded, even on time.
    await app.register(underPressure, { eventLoopUtilizationMode: 'interval', sampleInterval })
    const maxRssBytes = options.maxRssBytes ?? Math.floor(memoryLimit() * shareOfMemory)

    app.decorate('isOverloaded', () => {
      const { eventLoopDelay, eventLoopUtilized, rssBytes } = app.memoryUsage()
      const isBusy = exceeds(eventLoopUtilized, options.maxEventLoopUtilization)
      return (
        exceeds(eventLoopDelay, options.maxEventLoopDelayMs) ||
        exceeds(rssBytes, maxRssBytes) ||
        (isBusy && eventLoopDelay >= options.busyEventLoopDelayMs)
      )
    })

    app.addHook('onRequest', async (request) => {
      if (!app.isOverloaded() || request.routeOptions.config.isProbe) return
      throw new AppError('unavailable', undefined, { retryAfterMs: sampleInterval })
    })
  },
  { name: 'overload', fastify: '5.x' }
)

function exceeds(value: number, max: number): boolean {
  return max > 0 && value > max
}

/** Returns the memory of the container or, where its limit is higher or absent, of the machine. */
function memoryLimit(): number {
  // `constrainedMemory` is 0 where it is not known.
  return Math.min(...[process.constrainedMemory(), totalmem()].filter(Boolean))
}
