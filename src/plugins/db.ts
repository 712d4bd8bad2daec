import fp from 'fastify-plugin'
import { openStore, type StoreOptions } from '../store/open.js'
import type { Store } from '../store/store.js'

declare module 'fastify' {
  interface FastifyInstance {
    db: Store
  }
}

interface DbOptions extends Omit<StoreOptions, 'onNotice'> {
  url: string
}

export default fp<DbOptions>(
  async (app, { url, ...options }) => {
    const store = await openStore(url, { ...options, onNotice: app.log.warn.bind(app.log) })
    app.addHook('onClose', () => store.close())
    app.decorate('db', store)
  },
  { name: 'db', fastify: '5.x' }
)
