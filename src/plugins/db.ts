import fp from 'fastify-plugin'
import { openSqliteStore, type SqliteOptions } from '../store/sqlite/index.js'
import type { Store } from '../store/store.js'

declare module 'fastify' {
  interface FastifyInstance {
    db: Store
  }
}

interface DbOptions extends SqliteOptions {
  /** Path of the SQLite file. */
  file: string
}

export default fp<DbOptions>(
  async (app, { file, ...options }) => {
    const store = openSqliteStore(file, options)
    app.addHook('onClose', () => store.close())
    app.decorate('db', store)
  },
  { name: 'db', fastify: '5.x' }
)
