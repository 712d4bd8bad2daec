import fp from 'fastify-plugin'

interface ShutdownOptions {
  closeTimeoutMs: number
}

/** A request that does not come to its end keeps a server that stops waiting for so long, and no longer. */
export default fp<ShutdownOptions>(
  async (app, { closeTimeoutMs }) => {
    let timer: NodeJS.Timeout
    app.addHook('preClose', async () => {
      timer = setTimeout(() => app.server.closeAllConnections(), closeTimeoutMs)
    })
    app.addHook('onClose', async () => clearTimeout(timer))
  },
  { name: 'shutdown', fastify: '5.x' }
)
