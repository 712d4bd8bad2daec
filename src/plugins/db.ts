import fp from 'fastify-plugin'
import type { Meters } from '../metrics/counters.js'
import { fileOf, openStore, type StoreOptions } from '../store/open.js'
import type { AddedMessage, NewMessage, Store } from '../store/store.js'

declare module 'fastify' {
  interface FastifyInstance {
    db: Store
    /** Whether other processes may use the store. */
    isStoreShared: boolean
  }
}

interface DbOptions extends Omit<StoreOptions, 'onNotice' | 'onCommit'> {
  url: string
}

export default fp<DbOptions>(
  async (app, { url, ...options }) => {
    const { meters } = app
    const store = await openStore(url, {
      ...options,
      onNotice: app.log.warn.bind(app.log),
      onCommit: meters.onCommit
    })
    app.addHook('onClose', () => store.close())
    app.decorate('db', countMessages(store, meters))
    app.decorate('isStoreShared', fileOf(url) === undefined)
  },
  { name: 'db', fastify: '5.x', dependencies: ['metrics'] }
)

function countMessages(store: Store, meters: Meters): Store {
  return {
    ...store,
    addMessage: (message: NewMessage, onAdded?: (added: AddedMessage) => void) =>
      store.addMessage(message, (added) => {
        if (!added.isDuplicate) meters.messages++
        onAdded?.(added)
      })
  }
}
