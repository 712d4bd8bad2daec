import { EventEmitter } from 'node:events'
import fp from 'fastify-plugin'
import { fileOf, openStore, type StoreOptions } from '../store/open.js'
import type { AddedMessage, NewMessage } from '../store/records.js'
import type { Store } from '../store/store.js'

declare module 'fastify' {
  interface FastifyInstance {
    db: Store
    /** Emits each message that the store has made durable, and each duplicate. */
    storeEvents: EventEmitter<{ message: [AddedMessage, NewMessage] }>
    /** Whether other processes may use the store. */
    isStoreShared: boolean
  }
}

/** Opens the store. */
export default fp<{ url: string } & Omit<StoreOptions, 'onNotice' | 'onCommit' | 'onMessage'>>(
  async (app, { url, ...options }) => {
    const events: typeof app.storeEvents = new EventEmitter()
    const store = await openStore(url, {
      ...options,
      onNotice: app.log.warn.bind(app.log),
      onCommit: app.counters.onCommit,
      onMessage: (added, message) => events.emit('message', added, message)
    })
    events.on('message', ({ isDuplicate }) => {
      if (!isDuplicate) app.counters.messages++
    })
    app.addHook('onClose', () => store.close())
    app.decorate('db', store)
    app.decorate('storeEvents', events)
    app.decorate('isStoreShared', fileOf(url) === undefined)
  },
  { name: 'db', fastify: '5.x', dependencies: ['metrics'] }
)
