import { createKeyedSemaphore, type KeyedSemaphore } from './keyedSemaphore.js'

export interface UnreadAnswersOptions {
  /** Bytes of a user's unread answers, from which on the user's next long answer waits; 0: no limit. */
  maxUnreadBytesPerUser: number
  /** Bytes of the unread answers of all users, beyond which the user with the most bytes loses the oldest answer; 0: no limit. */
  maxUnreadBytes: number
}

export type UnreadAnswers = ReturnType<typeof createUnreadAnswers>

interface Making {
  userId: string
  /** Aborted when the caller has gone. */
  signal: AbortSignal
  /** Resolves with undefined where there is nothing to answer. */
  make(): Promise<Buffer | undefined>
  /** Closes the connection of a client that does not take the answer, which frees the memory. */
  cutOff(): void
}

interface UserAnswers {
  bytes: number
  /** Whether the user keeps the place of the last maker, because too much is unread. */
  isFull: boolean
  /** The oldest first. */
  unread: Set<Unread>
}

interface Unread {
  taken(): void
  cutOff(): void
}

interface Ledger {
  maxBytesPerUser: number
  maxBytes: number
  totalBytes: number
  /** Users with unread answers. */
  users: Map<string, UserAnswers>
  makers: KeyedSemaphore
}

/** Bounds the memory of answers that clients have asked for and do not take. */
export function createUnreadAnswers({ maxUnreadBytesPerUser, maxUnreadBytes }: UnreadAnswersOptions) {
  const makers = createKeyedSemaphore(1)
  const ledger: Ledger = {
    maxBytesPerUser: maxUnreadBytesPerUser || Number.POSITIVE_INFINITY,
    maxBytes: maxUnreadBytes || Number.POSITIVE_INFINITY,
    totalBytes: 0,
    users: new Map(),
    makers
  }
  return {
    /**
     * Makes a long answer of a user: one at a time, over all connections and HTTP, and none while too much is unread.
     *
     * @returns the answer, and the function that forgets it when its client has taken it or has gone
     * @throws {AppError} `unavailable` when the caller has gone; what `make` throws
     */
    async make({ userId, signal, make, cutOff }: Making) {
      await makers.acquire(userId, signal)
      try {
        const bytes = await make()
        // The answer to a caller that has gone meanwhile is garbage.
        const isUnread = bytes !== undefined && !signal.aborted
        return { bytes, taken: isUnread ? addUnread(ledger, userId, bytes.length, cutOff) : () => {} }
      } finally {
        makeRoom(ledger)
        const user = ledger.users.get(userId)
        if (user && user.bytes >= ledger.maxBytesPerUser) user.isFull = true
        else makers.release(userId)
      }
    }
  }
}

function addUnread(ledger: Ledger, userId: string, bytes: number, cutOff: () => void): () => void {
  const { users, makers, maxBytesPerUser } = ledger
  const user = users.get(userId) ?? { bytes: 0, isFull: false, unread: new Set() }
  const answer = { taken, cutOff }
  users.set(userId, user)
  user.unread.add(answer)
  user.bytes += bytes
  ledger.totalBytes += bytes

  function taken() {
    if (!user.unread.delete(answer)) return
    user.bytes -= bytes
    ledger.totalBytes -= bytes
    if (user.unread.size === 0) users.delete(userId)
    if (!user.isFull || user.bytes >= maxBytesPerUser) return
    user.isFull = false
    makers.release(userId)
  }
  return taken
}

function makeRoom(ledger: Ledger): void {
  while (ledger.totalBytes > ledger.maxBytes) {
    const { unread } = [...ledger.users.values()].reduce((most, one) => (one.bytes > most.bytes ? one : most))
    const [oldest] = unread as Iterable<Unread> as [Unread]
    oldest.taken()
    oldest.cutOff()
  }
}
