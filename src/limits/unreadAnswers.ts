import { AppError } from '../errors.js'

export interface UnreadAnswersOptions {
  /** Bytes of a user's answers that are ready and not taken, beyond which the user's next long answer waits; 0: no limit. */
  maxUnreadBytesPerUser: number
  /** The same of all users, beyond which the user with the most bytes loses the oldest answer; 0: no limit. */
  maxUnreadBytes: number
}

/** An answer that may be long, from its call until its client has taken it. */
export interface LongAnswer {
  /**
   * Counts an answer that is ready.
   *
   * @param cutOff ends the connection of a client that does not take it, which frees the memory
   */
  ready(bytes: number, cutOff: () => void): void
  /** Forgets an answer that was taken, has failed or has lost its client. Calls after the first do nothing. */
  end(): void
}

export interface UnreadAnswers {
  /**
   * Resolves when the next long answer of a user may be made: one at a time, over all connections and HTTP.
   *
   * @throws {AppError} `unavailable` when the caller has gone
   */
  begin(userId: string, signal: AbortSignal): Promise<LongAnswer>
}

interface Account {
  bytes: number
  isMaking: boolean
  /** Answers that are ready, in that order, with what ends their connections. */
  unread: Map<LongAnswer, () => void>
  waiting: Set<() => void>
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
    async begin(userId, signal) {
      const account = ledger.accounts.get(userId) ?? createAccount()
      ledger.accounts.set(userId, account)
      if (mustWait(ledger, account)) await wokenBy(account.waiting, signal)
      account.isMaking = true
      return createAnswer(ledger, userId, account)
    }
  }
}

function createAccount(): Account {
  return { bytes: 0, isMaking: false, unread: new Map(), waiting: new Set() }
}

function createAnswer(ledger: Ledger, userId: string, account: Account): LongAnswer {
  let unreadBytes = 0
  let hasEnded = false

  function add(bytes: number) {
    account.bytes += bytes
    ledger.totalBytes += bytes
  }

  const answer: LongAnswer = {
    ready(bytes, cutOff) {
      unreadBytes = bytes
      account.isMaking = false
      account.unread.set(answer, cutOff)
      add(bytes)
      makeRoom(ledger)
      wakeNext(ledger, userId, account)
    },
    end() {
      if (hasEnded) return
      hasEnded = true
      if (account.unread.delete(answer)) add(-unreadBytes)
      else account.isMaking = false
      wakeNext(ledger, userId, account)
    }
  }
  return answer
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

function makeRoom({ totalBytes, maxBytes, accounts }: Ledger): void {
  for (let excess = totalBytes - maxBytes; excess > 0; ) {
    const heaviest = [...accounts.values()].reduce((most, one) => (one.bytes > most.bytes ? one : most))
    const [[oldest, cutOff]] = heaviest.unread as Iterable<[LongAnswer, () => void]> as [[LongAnswer, () => void]]
    const { bytes } = heaviest
    oldest.end()
    excess -= bytes - heaviest.bytes
    cutOff()
  }
}

/** Resolves when its turn has come. @throws {AppError} `unavailable` when it has been given up */
async function wokenBy(waiting: Set<() => void>, signal: AbortSignal): Promise<void> {
  let wake: () => void = () => {}
  const woken = new Promise<void>((resolve) => {
    wake = resolve
  })
  waiting.add(wake)
  signal.addEventListener('abort', wake, { once: true })
  if (!signal.aborted) await woken
  signal.removeEventListener('abort', wake)
  if (waiting.delete(wake)) throw new AppError('unavailable', 'The caller has gone.')
}
