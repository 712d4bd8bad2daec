import fp from 'fastify-plugin'
import { AppError } from '../../errors.js'

interface ShutdownOptions {
  closeTimeoutMs: number
  /** How long clients are asked to wait. */
  reconnectAfterMs: number
}

/**
 * A server that stops refuses what comes, and a request that does not come to its end keeps it waiting for so long, and no longer.
 * Those who watch the process are still answered. Fastify's own refusal would have another form.
 */
export default fp<ShutdownOptions>(
  async (app, { closeTimeoutMs, reconnectAfterMs: retryAfterMs }) => {
    let timer: NodeJS.Timeout | undefined

    app.addHook('onRequest', async (request, reply) => {
      if (!timer || request.routeOptions.url === '/healthz') return
      const { raw } = request
      // Here it is not known yet that an upgrade is one, so that nobody else would close its socket.
      if (raw.headers.upgrade) reply.raw.once('finish', () => raw.socket.destroySoon())
      throw new AppError('unavailable', 'The server is stopping.', { retryAfterMs })
    })
    app.addHook('preClose', async () => {
      timer = setTimeout(() => app.server.closeAllConnections(), closeTimeoutMs)
    })
    app.addHook('onClose', async () => clearTimeout(timer))
  },
  { name: 'shutdown', fastify: '5.x' }
)
