import fp from 'fastify-plugin'
import { createNotifier, type Notifier } from '../notifier/notifier.js'

declare module 'fastify' {
  interface FastifyInstance {
    notifier: Notifier
  }
}

/** Pushes what happens to the users' connections. */
export default fp<{ offlineGraceMs: number }>(
  async (app, options) => {
    const notifier = createNotifier({ ...options, store: app.db, onError: (error) => app.log.error(error) })
    app.addHook('onClose', () => notifier.close())
    app.storeEvents.on('message', notifier.announceMessage)
    app.decorate('notifier', notifier)
  },
  { name: 'notifier', fastify: '5.x', dependencies: ['db'] }
)
