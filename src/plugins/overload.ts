import { totalmem } from 'node:os'
import underPressure from '@fastify/under-pressure'
import fp from 'fastify-plugin'
import { AppError } from '../errors.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answered also while the server is overloaded, because it tells of that. */
    isProbe?: boolean
  }
}

interface OverloadOptions {
  /** 0 for each of them is no limit. */
  maxEventLoopDelayMs: number
  maxEventLoopUtilization: number
  /** Three quarters of what the process may have when absent. */
  maxRssBytes?: number
  sampleIntervalMs: number
}

const shareOfMemory = 0.75

/** While the process has too much to do, new requests and handshakes are refused; connections that are open go on. */
export default fp<OverloadOptions>(
  async (app, { maxEventLoopDelayMs, maxEventLoopUtilization, maxRssBytes, sampleIntervalMs }) => {
    const retryAfterMs = sampleIntervalMs
    await app.register(underPressure, {
      maxEventLoopDelay: maxEventLoopDelayMs,
      maxEventLoopUtilization,
      // Of the last sample alone: what was an hour ago says nothing.
      eventLoopUtilizationMode: 'interval',
      maxRssBytes: maxRssBytes ?? Math.floor(memoryLimit() * shareOfMemory),
      sampleInterval: sampleIntervalMs,
      async pressureHandler({ routeOptions }) {
        if (!routeOptions.config.isProbe) throw new AppError('unavailable', undefined, { retryAfterMs })
      }
    })
  },
  { name: 'overload', fastify: '5.x' }
)

/** What a container lets the process have, or the machine has; a limit above that is none. */
function memoryLimit(): number {
  // 0 where it is not known.
  return Math.min(...[process.constrainedMemory(), totalmem()].filter(Boolean))
}
