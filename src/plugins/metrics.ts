import { monitorEventLoopDelay } from 'node:perf_hooks'
import fp from 'fastify-plugin'
import { type Counters, createCounters } from '../metrics/counters.js'
import { createExposition, type Exposition } from '../metrics/exposition.js'

declare module 'fastify' {
  interface FastifyInstance {
    counters: Counters
  }
}

interface MetricsOptions {
  methods: object
}

const resolutionMs = 20

/** Counts what happens, and shows it to Prometheus at `GET /metrics`. */
export default fp<MetricsOptions>(
  async (app, { methods }) => {
    const eventLoopDelay = monitorEventLoopDelay({ resolution: resolutionMs })
    eventLoopDelay.enable()
    app.addHook('onClose', async () => void eventLoopDelay.disable())

    const counters = createCounters(Object.keys(methods))
    app.decorate('counters', counters)
    let exposition: Promise<Exposition> | undefined

    app.get('/metrics', { config: { isProbe: true, rateLimit: false } }, async (_request, reply) => {
      exposition ??= createExposition(counters, {
        connections: () => app.websocketServer.clients.size,
        usersOnline: () => app.notifier.countUsers(),
        eventLoopDelay,
        resolutionMs
      }).catch((error) => {
        // The next one who asks may have more luck.
        exposition = undefined
        throw error
      })
      const { contentType, metrics } = await exposition
      return reply.type(contentType).send(await metrics())
    })
  },
  { name: 'metrics', fastify: '5.x' }
)
