import type { AppError } from '../errors.js'
import type { NotificationBody, NotificationType } from '../schemas/notification.js'
import type { AddedMessage, NewMessage, Session } from '../store/records.js'
import type { Store } from '../store/store.js'
import { notificationFrame } from './frames.js'
import { createPresence } from './presence.js'

/** One device or tab of a user. */
export interface Connection {
  readonly session: Session
  /** Sends one whole frame. */
  send(frame: Buffer): void
  /** Closes the connection with a reason. */
  refuse(error: AppError): void
}

interface NotifierOptions {
  offlineGraceMs: number
  store: Pick<Store, 'dialogs' | 'users'>
  /** Receives the error of an announcement that has failed. */
  onError(error: unknown): void
}

export type Notifier = ReturnType<typeof createNotifier>

/** Makes the notifier, which knows the connections of every user and pushes notifications to them. */
export function createNotifier({ store, ...options }: NotifierOptions) {
  const connections = createConnections()
  const { push } = connections

  async function notifyContacts<T extends NotificationType>(userId: string, type: T, body: NotificationBody<T>) {
    push(await store.dialogs.listContactIds(userId), type, body)
  }

  const presence = createPresence({
    ...options,
    setLastSeen: ({ _id }, lastSeen) => store.users.setLastSeen(_id, lastSeen),
    noteLastSeen: ({ _id }, lastSeen) => store.users.noteLastSeen(_id, lastSeen),
    onOnline: ({ _id, tag }) => notifyContacts(_id, 'contactOnline', { loggedInUserTag: tag }),
    onOffline: ({ _id, tag }, lastSeen) => notifyContacts(_id, 'contactOffline', { loggedOutUserTag: tag, lastSeen })
  })

  return {
    /** Adds a connection. The first one of a user is announced to the user's contacts. */
    connect(connection: Connection): void {
      if (connections.add(connection)) presence.arrive(connection.session.user)
    },
    /** Removes a connection. The end of the last one is announced unless another one follows soon. */
    disconnect(connection: Connection): void {
      if (connections.remove(connection)) presence.leave(connection.session.user)
    },

    isOnline: presence.isOnline,
    connectionsOf: connections.of,
    allConnections: connections.all,
    countUsers: connections.countUsers,

    /** Pushes a stored message to its receiver and to the sender's connections except its `origin`, unless both know it. */
    announceMessage({ message, receiver, needsPush }: AddedMessage, sent: NewMessage): void {
      if (!needsPush) return
      const { _id, seq, date } = message
      const { sender, text, clientMessageId, origin } = sent
      const body = { _id, senderTag: sender.tag, receiverTag: receiver.tag, text, seq, date }
      push([receiver._id], 'newMessage', body)
      push([sender._id], 'messageSent', { ...body, clientMessageId }, origin)
    },
    /** Pushes to every connection of a user, except one. */
    notify<T extends NotificationType>(userId: string, type: T, body: NotificationBody<T>, except?: Connection): void {
      push([userId], type, body, except)
    },
    /** Pushes to every connection of every contact of a user. */
    notifyContacts,
    /** Pushes to every connection. */
    notifyAll: connections.pushToAll,

    /** Stores when the users who are online were last seen. */
    close: presence.close
  }
}

/** Makes the connections of all users. */
function createConnections() {
  const connectionsOf = new Map<string, Set<Connection>>()

  function push<T extends NotificationType>(
    userIds: Iterable<string>,
    type: T,
    body: NotificationBody<T>,
    except?: unknown
  ): void {
    let frame: Buffer | undefined
    for (const userId of userIds) {
      for (const connection of connectionsOf.get(userId) ?? []) {
        if (connection === except) continue
        frame ??= notificationFrame(type, body)
        connection.send(frame)
      }
    }
  }

  return {
    /** Adds a connection, and tells whether it is the first one of its user. */
    add(connection: Connection): boolean {
      const { _id } = connection.session.user
      const present = connectionsOf.get(_id)
      connectionsOf.set(_id, (present ?? new Set()).add(connection))
      return present === undefined
    },
    /** Removes a connection, and tells whether it was the last one of its user. */
    remove(connection: Connection): boolean {
      const { _id } = connection.session.user
      const present = connectionsOf.get(_id)
      present?.delete(connection)
      return present?.size === 0 && connectionsOf.delete(_id)
    },
    of: (userId: string): Iterable<Connection> => connectionsOf.get(userId) ?? [],
    *all(): Iterable<Connection> {
      for (const connections of connectionsOf.values()) yield* connections
    },
    countUsers: (): number => connectionsOf.size,
    push,
    pushToAll<T extends NotificationType>(type: T, body: NotificationBody<T>): void {
      push(connectionsOf.keys(), type, body)
    }
  }
}
