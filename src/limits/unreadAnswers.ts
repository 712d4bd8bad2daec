import { AppError } from '../errors.js'

export interface UnreadAnswersOptions {
  /** Bytes of a user's answers that are made and not taken, beyond which the user's next long answer waits; 0: no limit. */
  maxUnreadBytesPerUser: number
  /** The same of all users, beyond which the user with the most bytes loses the oldest answer; 0: no limit. */
  maxUnreadBytes: number
}

export interface LongAnswer {
  /** The answer; undefined where there is nothing to answer. */
  bytes: Buffer | undefined
  /** Forgets the answer, when its client has taken it or has gone. Calls after the first do nothing. */
  taken(): void
}

interface Making {
  userId: string
  /** Aborted when the caller has gone. */
  signal: AbortSignal
  make(): Promise<Buffer | undefined>
  /** Ends the connection of a client that does not take the answer, which frees the memory. */
  cutOff(): void
}

export interface UnreadAnswers {
  /**
   * Makes a long answer of a user: one at a time, over all connections and HTTP, and none while too much is unread.
   *
   * @throws {AppError} `unavailable` when the caller has gone; what `make` throws
   */
  make(making: Making): Promise<LongAnswer>
}

interface Account {
  bytes: number
  isMaking: boolean
  /** Answers that are made, in that order. */
  unread: Set<Unread>
  waiting: Set<() => void>
}

interface Unread {
  taken(): void
  cutOff(): void
}

interface Ledger {
  maxBytesPerUser: number
  maxBytes: number
  totalBytes: number
  accounts: Map<string, Account>
}

/** Bounds the memory of answers that clients have asked for and do not take. */
export function createUnreadAnswers(options: UnreadAnswersOptions): UnreadAnswers {
  const ledger: Ledger = {
    maxBytesPerUser: options.maxUnreadBytesPerUser || Number.POSITIVE_INFINITY,
    maxBytes: options.maxUnreadBytes || Number.POSITIVE_INFINITY,
    totalBytes: 0,
    accounts: new Map()
  }
  return {
    async make({ userId, signal, make, cutOff }) {
      const account = accountOf(ledger, userId)
      if (mustWait(ledger, account)) await wokenBy(account.waiting, signal)
      account.isMaking = true
      try {
        const bytes = await make()
        // Nobody takes the answer to a caller that has gone meanwhile.
        const isUnread = bytes !== undefined && !signal.aborted
        return { bytes, taken: isUnread ? addUnread(ledger, userId, bytes.length, cutOff) : () => {} }
      } finally {
        account.isMaking = false
        makeRoom(ledger)
        wakeNext(ledger, userId, account)
      }
    }
  }
}

function accountOf({ accounts }: Ledger, userId: string): Account {
  const account = accounts.get(userId) ?? { bytes: 0, isMaking: false, unread: new Set(), waiting: new Set() }
  accounts.set(userId, account)
  return account
}

function addUnread(ledger: Ledger, userId: string, bytes: number, cutOff: () => void): () => void {
  const account = accountOf(ledger, userId)
  const add = (count: number) => {
    account.bytes += count
    ledger.totalBytes += count
  }
  const taken = () => {
    if (!account.unread.delete(unread)) return
    add(-bytes)
    wakeNext(ledger, userId, account)
  }
  const unread = { taken, cutOff }
  account.unread.add(unread)
  add(bytes)
  return taken
}

function mustWait({ maxBytesPerUser }: Ledger, { isMaking, bytes }: Account): boolean {
  return isMaking || bytes >= maxBytesPerUser
}

function wakeNext(ledger: Ledger, userId: string, account: Account): void {
  if (mustWait(ledger, account)) return
  const [wake] = account.waiting
  if (wake) {
    // At once, so that nobody comes between.
    account.isMaking = true
    account.waiting.delete(wake)
    wake()
  } else if (account.unread.size === 0) ledger.accounts.delete(userId)
}

function makeRoom(ledger: Ledger): void {
  while (ledger.totalBytes > ledger.maxBytes) {
    const { unread } = [...ledger.accounts.values()].reduce((most, one) => (one.bytes > most.bytes ? one : most))
    const [oldest] = unread as Iterable<Unread> as [Unread]
    oldest.taken()
    oldest.cutOff()
  }
}

/** Resolves when its turn has come. @throws {AppError} `unavailable` when it has been given up */
function wokenBy(waiting: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const wake = () => {
      signal.removeEventListener('abort', giveUp)
      resolve()
    }
    const giveUp = () => {
      waiting.delete(wake)
      reject(new AppError('unavailable', 'The caller has gone.'))
    }
    if (signal.aborted) return giveUp()
    waiting.add(wake)
    signal.addEventListener('abort', giveUp, { once: true })
  })
}
