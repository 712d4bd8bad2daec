import { ObjectId } from 'bson'
import { AppError } from '../errors.js'
import { createLruCache } from '../lruCache.js'
import type { Identity } from '../schemas/user.js'
import type { Session } from '../store/records.js'
import type { Store } from '../store/store.js'
import { createRevokedSessions } from './revokedSessions.js'

export type Sessions = ReturnType<typeof createSessions>

interface SessionsOptions {
  store: Pick<Store, 'sessions'>
  lifeMs: number
  /** Maximum sessions of one user; beyond it those that expire first end. No limit when absent. */
  maxOfUser?: number | undefined
  /** Maximum sessions in memory whose begin, and maximum ones whose end, the store did not take. */
  maxRemembered: number
  /** Whether other processes use the store. A log-in that it did not take would mean nothing to them. */
  isShared: boolean
  /** Receives the reason why the store did not take a log-in, and each log-out that is given up. */
  onError(error: unknown): void
}

const notStored = 'The log-in could not be stored. Log in again.'

/** Makes the sessions: a log-in begins one, and its token names it. */
export function createSessions(options: SessionsOptions) {
  const { store, lifeMs, maxOfUser, maxRemembered, isShared, onError } = options
  // Where one process has the store to itself, a log-in on a full disk is good until the server stops.
  const unstored = createLruCache<Session>(maxRemembered)
  // While a session ends, a connection may be opening that has already found it.
  const ended = createLruCache<true>(maxRemembered)
  const revoked = createRevokedSessions((_id) => store.sessions.end(_id), maxRemembered, onError)
  const hasEnded = ({ _id }: Pick<Session, '_id'>): boolean => ended.has(_id) || revoked.has(_id)
  const listeners: ((session: Session) => void)[] = []

  return {
    /** Begins a session: a log-in. @throws {AppError} `unavailable` where a shared store did not take it */
    async begin({ _id, tag }: Identity): Promise<Session> {
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

    /** Returns a session that has neither ended nor expired. */
    async find(_id: string): Promise<Session | undefined> {
      return hasEnded({ _id }) ? undefined : (unstored.get(_id) ?? store.sessions.find(_id))
    },

    /** Ends a session at once. Rejects if the store did not take that, which is then tried again. */
    async end(session: Session): Promise<void> {
      ended.set(session._id, true)
      unstored.delete(session._id)
      for (const listener of listeners) listener(session)
      try {
        await store.sessions.end(session._id)
        revoked.delete(session._id)
      } catch (error) {
        revoked.add(session)
        throw error
      }
    },

    /** Tells whether a session has recently been ended by this process. */
    hasEnded,

    /** Adds a listener for each session that this process ends. */
    onEnd: (listener: (session: Session) => void) => void listeners.push(listener),

    /** Tries a last time to store the log-outs that are not stored. Returns the number of those that are lost. */
    close: revoked.close
  }
}
