import type { AppError } from '../errors.js'
import type { NotificationBody, NotificationType } from '../schemas/notification.js'
import type { AddedMessage, NewMessage, Session, Store } from '../store/store.js'
import { notificationFrame } from './frames.js'
import { createPresence } from './presence.js'

/** One device or tab of a user. */
export interface Connection {
  readonly session: Session
  /** Sends one whole frame. */
  send(frame: Buffer): void
  /** Closes it, and says why. */
  refuse(error: AppError): void
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
  connect(connection: Connection): void
  /** Counts a connection out; its user's contacts are told when it was the last and no other one follows soon. */
  disconnect(connection: Connection): void
  isOnline(userId: string): boolean
  connectionsOf(userId: string): Iterable<Connection>
  allConnections(): Iterable<Connection>
  /** How many users have a connection. */
  countUsers(): number
  /** Pushes a stored message to its receiver and to the sender's connections other than its `origin`, unless both know it. */
  announceMessage(added: AddedMessage, message: NewMessage): void
  /** Pushes to every connection of a user. */
  notify: Notify<string>
  /** Pushes to every connection of every contact of a user. */
  notifyContacts<T extends NotificationType>(userId: string, type: T, body: NotificationBody<T>): Promise<void>
  /** Pushes to every connection there is. */
  notifyAll<T extends NotificationType>(type: T, body: NotificationBody<T>): void
  /** Remembers when those who are still online were last seen. */
  close(): Promise<void>
}

export interface NotifierOptions {
  offlineGraceMs: number
}

interface Dependencies extends NotifierOptions {
  store: Pick<Store, 'dialogs' | 'users'>
  /** Told of an announcement that has failed. */
  onError(error: unknown): void
}

type ConnectionsOf = Map<string, Set<Connection>>

/** Pushes to every connection of some users. */
function createPush(connectionsOf: ConnectionsOf) {
  return <T extends NotificationType>(
    receivers: Iterable<string>,
    type: T,
    body: NotificationBody<T>,
    except?: unknown
  ) => {
    let frame: Buffer | undefined
    for (const receiver of receivers) {
      for (const connection of connectionsOf.get(receiver) ?? []) {
        if (connection === except) continue
        frame ??= notificationFrame(type, body)
        connection.send(frame)
      }
    }
  }
}

export function createNotifier({ store, ...options }: Dependencies): Notifier {
  const connectionsOf: ConnectionsOf = new Map()
  const push = createPush(connectionsOf)

  const notifyContacts: Notifier['notifyContacts'] = async (userId, type, body) => {
    push(await store.dialogs.listContactIds(userId), type, body)
  }

  const presence = createPresence({
    ...options,
    remember: ({ _id }, lastSeen) => store.users.setLastSeen(_id, lastSeen),
    note: ({ _id }, lastSeen) => store.users.noteLastSeen(_id, lastSeen),
    onOnline: ({ _id, tag }) => notifyContacts(_id, 'contactOnline', { loggedInUserTag: tag }),
    onOffline: ({ _id, tag }, lastSeen) => notifyContacts(_id, 'contactOffline', { loggedOutUserTag: tag, lastSeen })
  })

  return {
    connect(connection) {
      const { user } = connection.session
      const { _id } = user
      const connections = connectionsOf.get(_id)
      connectionsOf.set(_id, (connections ?? new Set()).add(connection))
      if (!connections) presence.arrive(user)
    },

    disconnect(connection) {
      const { user } = connection.session
      const { _id } = user
      const connections = connectionsOf.get(_id)
      connections?.delete(connection)
      if (connections?.size !== 0) return
      connectionsOf.delete(_id)
      presence.leave(user)
    },

    isOnline: presence.isOnline,
    connectionsOf: (userId) => connectionsOf.get(userId) ?? [],
    *allConnections() {
      for (const connections of connectionsOf.values()) yield* connections
    },
    countUsers: () => connectionsOf.size,
    announceMessage({ message: { _id, seq, date }, receiver, isUntold }, { sender, text, clientMessageId, origin }) {
      if (!isUntold) return
      const body = { _id, senderTag: sender.tag, receiverTag: receiver.tag, text, seq, date }
      push([receiver._id], 'newMessage', body)
      push([sender._id], 'messageSent', { ...body, clientMessageId }, origin)
    },
    notify: (userId, type, body, except) => push([userId], type, body, except),
    notifyContacts,
    notifyAll: (type, body) => push(connectionsOf.keys(), type, body),
    close: presence.close
  }
}
