import fp from 'fastify-plugin'
import { AppError } from '../../errors.js'
import type { Settings } from '../../tuning.js'

/**
 * Refuses requests while the server stops, in the form of its other refusals, and ends a request that does not end in time. The probe
 * of the process is still answered.
 */
export default fp<Pick<Settings['webSocket'], 'closeTimeoutMs' | 'reconnectAfterMs'>>(
  async (app, { closeTimeoutMs, reconnectAfterMs: retryAfterMs }) => {
    let timer: NodeJS.Timeout | undefined

    app.addHook('onRequest', async (request, reply) => {
      if (!timer || request.routeOptions.url === '/healthz') return
      const { raw } = request
      // No plugin has taken the upgrade yet, so nothing else would close its socket.
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
