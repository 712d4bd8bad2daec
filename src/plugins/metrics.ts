import { monitorEventLoopDelay } from 'node:perf_hooks'
import fp from 'fastify-plugin'
import { type Counters, createCounters } from '../metrics/counters.js'
import { createExposition } from '../metrics/exposition.js'

declare module 'fastify' {
  interface FastifyInstance {
    counters: Counters
  }
}

const resolutionMs = 20

/** Counts what happens, and shows the counters to Prometheus at `GET /metrics`. */
export default fp<{ methods: object }>(
  async (app, { methods }) => {
    const eventLoopDelay = monitorEventLoopDelay({ resolution: resolutionMs })
    eventLoopDelay.enable()
    app.addHook('onClose', async () => void eventLoopDelay.disable())

    const counters = createCounters(Object.keys(methods))
    app.decorate('counters', counters)
    let exposition: ReturnType<typeof createExposition> | undefined

    app.get('/metrics', { config: { isProbe: true, rateLimit: false } }, async (_request, reply) => {
      exposition ??= createExposition(counters, {
        connections: () => app.websocketServer.clients.size,
        usersOnline: () => app.notifier.countUsers(),
        eventLoopDelay,
        resolutionMs
      }).catch((error) => {
        // The next reading tries again.
        exposition = undefined
        throw error
      })
      const { contentType, metrics } = await exposition
      return reply.type(contentType).send(await metrics())
    })
  },
  { name: 'metrics', fastify: '5.x' }
)
