import { ObjectId } from 'bson'
import { AppError } from '../errors.js'
import { createLruCache } from '../lruCache.js'
import type { Identity } from '../schemas/user.js'
import type { Session, Store } from '../store/store.js'
import { createRevokedSessions } from './revokedSessions.js'

export interface Sessions {
  /** Begins one: a log-in. @throws {AppError} `unavailable` where a shared store could not take it */
  begin(user: Identity): Promise<Session>
  /** One that has neither ended nor expired. */
  find(_id: string): Promise<Session | undefined>
  /** Ends one at once. Rejects when the store could not take that, which is then tried again until it does. */
  end(session: Session): Promise<void>
  /** Whether it has been ended here, lately. */
  hasEnded(session: Session): boolean
  /** Tells of each that is ended here. */
  onEnd(listener: (session: Session) => void): void
  /** Tries once more to store the ends that are not. @returns how many are still not, and hold no longer */
  close(): Promise<number>
}

interface SessionsOptions {
  store: Pick<Store, 'sessions'>
  lifeMs: number
  /** With more log-ins of one user, those that expire first end; any number when absent. */
  maxOfUser?: number | undefined
  /** So many log-ins that the store could not take, and so many ends, are remembered. */
  maxRemembered: number
  /** Whether other processes use the store, to which a log-in that it could not take would mean nothing. */
  isShared: boolean
  /** Told why the store could not take a log-in, and of each log-out that is given up. */
  onError(error: unknown): void
}

const notStored = 'The log-in could not be stored. Log in again.'

/** Who is logged in, and until when: a log-in is a session, which its token names. */
export function createSessions(options: SessionsOptions): Sessions {
  const { store, lifeMs, maxOfUser, maxRemembered, isShared, onError } = options
  // Where one process has the store to itself, a log-in on a full disk is good until the server stops.
  const unstored = createLruCache<Session>(maxRemembered)
  // While a session is ended, a connection may just be opening that has found it alive.
  const ended = createLruCache<true>(maxRemembered)
  const unstoredEnds = createRevokedSessions((_id) => store.sessions.end(_id), maxRemembered, onError)
  const hasEnded = (_id: string) => ended.has(_id) || unstoredEnds.has(_id)
  const listeners: ((session: Session) => void)[] = []

  return {
    async begin({ _id, tag }) {
      const session = { _id: new ObjectId().toHexString(), user: { _id, tag }, expiresAt: Date.now() + lifeMs }
      try {
        await store.sessions.add(session, maxOfUser)
      } catch (error) {
        if (isShared) throw new AppError('unavailable', notStored, {}, error)
        onError(error)
        unstored.set(session._id, session)
      }
      return session
    },

    async find(_id) {
      return hasEnded(_id) ? undefined : (unstored.get(_id) ?? store.sessions.find(_id))
    },

    async end(session) {
      ended.set(session._id, true)
      unstored.delete(session._id)
      for (const tell of listeners) tell(session)
      try {
        await store.sessions.end(session._id)
        unstoredEnds.delete(session._id)
      } catch (error) {
        unstoredEnds.add(session)
        throw error
      }
    },

    hasEnded: ({ _id }) => hasEnded(_id),

    onEnd: (listener) => void listeners.push(listener),

    close: () => unstoredEnds.close()
  }
}
