import fp from 'fastify-plugin'
import { AppError } from '../../errors.js'
import { version } from '../../package.js'

const probe = { config: { isProbe: true, rateLimit: false } } as const

/** Serves the probes: `GET /healthz` (the process is alive) and `GET /readyz` (it can do its work, and its version). */
export default fp(
  async (app) => {
    app.get('/healthz', probe, async () => ({ status: 'OK' }))

    app.get('/readyz', probe, async () => {
      if (app.isOverloaded()) throw new AppError('unavailable')
      try {
        // A read of the database, whichever it is.
        await app.db.updates.newestCursor()
      } catch (error) {
        throw new AppError('unavailable', 'The database cannot be read.', {}, error)
      }
      return { status: 'OK', version }
    })
  },
  { name: 'probes', fastify: '5.x', dependencies: ['db', 'overload'] }
)
