import { EventEmitter } from 'node:events'
import fp from 'fastify-plugin'
import { fileOf, openStore, type StoreOptions } from '../store/open.js'
import type { AddedMessage, NewMessage, Store } from '../store/store.js'

declare module 'fastify' {
  interface FastifyInstance {
    db: Store
    /** Announces each message that the store has made durable, and each duplicate. */
    storeEvents: EventEmitter<{ message: [AddedMessage, NewMessage] }>
    /** Whether other processes may use the store. */
    isStoreShared: boolean
  }
}

interface DbOptions extends Omit<StoreOptions, 'onNotice' | 'onCommit' | 'onMessage'> {
  url: string
}

export default fp<DbOptions>(
  async (app, { url, ...options }) => {
    const { counters } = app
    const events: typeof app.storeEvents = new EventEmitter()
    const store = await openStore(url, {
      ...options,
      onNotice: app.log.warn.bind(app.log),
      onCommit: counters.onCommit,
      onMessage: (added, message) => events.emit('message', added, message)
    })
    events.on('message', ({ isDuplicate }) => {
      if (!isDuplicate) counters.messages++
    })
    app.addHook('onClose', () => store.close())
    app.decorate('db', store)
    app.decorate('storeEvents', events)
    app.decorate('isStoreShared', fileOf(url) === undefined)
  },
  { name: 'db', fastify: '5.x', dependencies: ['metrics'] }
)
