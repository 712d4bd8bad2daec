import { createLruCache } from '../lruCache.js'
import type { Session } from '../store/records.js'

const firstDelayMs = 1000
const maxDelayMs = 60_000

const givenUp = () => new Error('A log-out could not be stored. Its token is valid again after a restart.')

/**
 * Keeps the revoked sessions whose end the store did not take, and tries again until it does or the session expires. Beyond
 * `maxRemembered` the oldest is given up.
 *
 * @param onError called for each session that is given up, except those that `close()` counts
 */
export function createRevokedSessions(
  endSession: (_id: string) => Promise<void>,
  maxRemembered: number,
  onError: (error: Error) => void
) {
  const sessions = createLruCache<Session>(maxRemembered)
  let timer: NodeJS.Timeout | undefined
  let delayMs = firstDelayMs
  let isClosed = false

  /** Stores one after the other, up to the first that fails: the next ones would fail, too. */
  async function storeAll(): Promise<void> {
    for (const { _id, expiresAt } of [...sessions.values()]) {
      if (expiresAt > Date.now()) await endSession(_id)
      sessions.delete(_id)
    }
  }

  function schedule(): void {
    if (!isClosed) timer ??= setTimeout(tryAgain, delayMs).unref()
  }

  async function tryAgain(): Promise<void> {
    try {
      await storeAll()
      delayMs = firstDelayMs
    } catch {
      delayMs = Math.min(2 * delayMs, maxDelayMs)
    }
    timer = undefined
    if (sessions.size > 0) schedule()
  }

  return {
    add(session: Session) {
      if (isClosed) return onError(givenUp())
      if (sessions.size === maxRemembered && !sessions.has(session._id)) onError(givenUp())
      sessions.set(session._id, session)
      schedule()
    },
    /** Removes a session whose end is stored by now. */
    delete: (_id: string) => sessions.delete(_id),
    has: (_id: string) => sessions.has(_id),
    /** Tries a last time. Returns the number of sessions that could not be stored. */
    async close(): Promise<number> {
      isClosed = true
      clearTimeout(timer)
      await storeAll().catch(() => {})
      return sessions.size
    }
  }
}
