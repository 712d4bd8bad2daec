import fp from 'fastify-plugin'
import { openSqliteStore } from '../store/sqlite/index.js'
import type { Store } from '../store/store.js'

declare module 'fastify' {
  interface FastifyInstance {
    db: Store
  }
}

interface DbOptions {
  /** Path of the SQLite file. */
  file: string
  busyTimeoutMs: number
}

export default fp<DbOptions>(
  async (app, { file, busyTimeoutMs }) => {
    const store = openSqliteStore(file, busyTimeoutMs)
    app.addHook('onClose', () => store.close())
    app.decorate('db', store)
  },
  { name: 'db', fastify: '5.x' }
)
