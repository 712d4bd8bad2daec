import fp from 'fastify-plugin'
import { type NotificationBody, type NotificationType, notifications } from '../schemas/notification.js'
import type { Identity } from '../schemas/user.js'
import type { Store } from '../store/store.js'

declare module 'fastify' {
  interface FastifyInstance {
    notifier: Notifier
  }
}

/** One device or tab of a user. */
export interface Connection {
  readonly user: Identity
  /** Sends one frame, which is UTF-8 text. */
  send(frame: Buffer): void
}

type Notify<Receiver> = <T extends NotificationType>(
  to: Receiver,
  type: T,
  body: NotificationBody<T>,
  /** A connection that does not get it. */
  except?: Connection
) => void

export interface Notifier {
  /** Counts a connection in; its user's contacts are told when it is the first. */
  connect(connection: Connection): Promise<void>
  /** Counts a connection out; its user's contacts are told when it was the last. */
  disconnect(connection: Connection): Promise<void>
  isOnline(userId: string): boolean
  /** Pushes to every connection of a user. */
  notify: Notify<string>
  /** Pushes to every connection of every contact of a user. */
  notifyContacts: (...args: Parameters<Notify<string>>) => Promise<void>
}

export function createNotifier(store: Pick<Store, 'listContactIds'>): Notifier {
  const connectionsOf = new Map<string, Set<Connection>>()

  function push(receivers: string[], type: NotificationType, body: unknown, except?: Connection) {
    let frame: Buffer | undefined
    for (const receiver of receivers) {
      for (const connection of connectionsOf.get(receiver) ?? []) {
        if (connection === except) continue
        frame ??= Buffer.from(JSON.stringify({ type, code: notifications[type].code, body }))
        connection.send(frame)
      }
    }
  }

  async function notifyContacts(userId: string, type: NotificationType, body: unknown) {
    push(await store.listContactIds(userId), type, body)
  }

  return {
    async connect(connection) {
      const { _id, tag } = connection.user
      const connections = connectionsOf.get(_id)
      connectionsOf.set(_id, (connections ?? new Set()).add(connection))
      if (!connections) await notifyContacts(_id, 'contactOnline', { loggedInUserTag: tag })
    },

    async disconnect(connection) {
      const { _id, tag } = connection.user
      const connections = connectionsOf.get(_id)
      connections?.delete(connection)
      if (connections?.size !== 0) return
      connectionsOf.delete(_id)
      await notifyContacts(_id, 'contactOffline', { loggedOutUserTag: tag })
    },

    isOnline: (userId) => connectionsOf.has(userId),

    notify: (userId, type, body, except) => push([userId], type, body, except),

    notifyContacts
  }
}

export default fp(
  async (app) => {
    app.decorate('notifier', createNotifier(app.db))
  },
  { name: 'notifier', fastify: '5.x', dependencies: ['db'] }
)
