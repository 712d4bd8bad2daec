import { totalmem } from 'node:os'
import underPressure from '@fastify/under-pressure'
import fp from 'fastify-plugin'
import { AppError } from '../../errors.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answered also while the server is overloaded, because it tells of that. */
    isProbe?: boolean
  }
  interface FastifyInstance {
    /** Whether the process has too much to do, as the last sample says. */
    isOverloaded(): boolean
  }
}

interface OverloadOptions {
  /** 0 for each maximum is no limit. */
  maxEventLoopDelayMs: number
  maxEventLoopUtilization: number
  /** How late the event loop must be, too, where it is busy. */
  busyEventLoopDelayMs: number
  /** Three quarters of what the process may have when absent. */
  maxRssBytes?: number
  sampleIntervalMs: number
}

const shareOfMemory = 0.75

/** While the process has too much to do, new requests and handshakes are refused; connections that are open go on. */
export default fp<OverloadOptions>(
  async (app, options) => {
    const { sampleIntervalMs: sampleInterval } = options
    // It only measures, of the last sample alone: what was an hour ago says nothing. By its own rule a loop that is busy is
    // overloaded, even where it answers in time.
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

/** What a container lets the process have, or the machine has; a limit above that is none. */
function memoryLimit(): number {
  // 0 where it is not known.
  return Math.min(...[process.constrainedMemory(), totalmem()].filter(Boolean))
}
