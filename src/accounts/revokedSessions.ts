import { createLruCache } from '../lruCache.js'
import type { Session } from '../store/store.js'

const firstDelayMs = 1000
const maxDelayMs = 60_000

const givenUp = () => new Error('A log-out could not be stored. Its token is valid again after a restart.')

export interface RevokedSessions {
  /** Has the end of a session stored later: tried again until the store takes it, or the session has expired anyway. */
  add(session: Session): void
  /** Takes one back that is stored meanwhile. */
  delete(_id: string): void
  has(_id: string): boolean
  /** Tries once more, and never again. @returns how many could not be stored */
  close(): Promise<number>
}

/**
 * The log-outs that the store could not take, `maxRemembered` at most: beyond that the oldest is given up.
 *
 * @param onError told of each log-out that is given up, except those that `close()` counts
 */
export function createRevokedSessions(
  endSession: (_id: string) => Promise<void>,
  maxRemembered: number,
  onError: (error: Error) => void
): RevokedSessions {
  const sessions = createLruCache<Session>(maxRemembered)
  let timer: NodeJS.Timeout | undefined
  let delayMs = firstDelayMs
  let isClosed = false

  /** One after the other, up to the first that fails: the next ones would fail, too. */
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
    add(session) {
      if (isClosed) return onError(givenUp())
      if (sessions.size === maxRemembered && !sessions.has(session._id)) onError(givenUp())
      sessions.set(session._id, session)
      schedule()
    },
    delete: (_id) => void sessions.delete(_id),
    has: (_id) => sessions.has(_id),
    async close() {
      isClosed = true
      clearTimeout(timer)
      await storeAll().catch(() => {})
      return sessions.size
    }
  }
}
