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
  /** Answers that are ready, in that order. */
  unread: Set<LongAnswer>
  waiting: Set<() => void>
}

/** Bounds the memory of answers that clients have asked for and do not take. */
export function createUnreadAnswers(options: UnreadAnswersOptions): UnreadAnswers {
  const maxBytesPerUser = options.maxUnreadBytesPerUser || Number.POSITIVE_INFINITY
  const maxBytes = options.maxUnreadBytes || Number.POSITIVE_INFINITY
  const accounts = new Map<string, Account>()
  const cutOffs = new Map<LongAnswer, () => void>()
  let totalBytes = 0

  function accountOf(userId: string): Account {
    const account = accounts.get(userId) ?? { bytes: 0, isMaking: false, unread: new Set(), waiting: new Set() }
    accounts.set(userId, account)
    return account
  }

  const mustWait = ({ isMaking, bytes }: Account) => isMaking || bytes >= maxBytesPerUser

  function wakeNext(userId: string, account: Account): void {
    if (mustWait(account)) return
    const [wake] = account.waiting
    if (wake) {
      // At once, so that nobody comes between.
      account.isMaking = true
      account.waiting.delete(wake)
      wake()
    } else if (account.unread.size === 0) accounts.delete(userId)
  }

  function add(account: Account, bytes: number): void {
    account.bytes += bytes
    totalBytes += bytes
  }

  function makeRoom(): void {
    while (totalBytes > maxBytes) {
      const { unread } = [...accounts.values()].reduce((most, one) => (one.bytes > most.bytes ? one : most))
      const [oldest] = unread as Iterable<LongAnswer> as [LongAnswer]
      const cutOff = cutOffs.get(oldest) as () => void
      oldest.end()
      cutOff()
    }
  }

  function createAnswer(userId: string, account: Account): LongAnswer {
    let unreadBytes = 0
    let hasEnded = false
    const answer: LongAnswer = {
      ready(bytes, cutOff) {
        unreadBytes = bytes
        account.isMaking = false
        account.unread.add(answer)
        cutOffs.set(answer, cutOff)
        add(account, bytes)
        makeRoom()
        wakeNext(userId, account)
      },
      end() {
        if (hasEnded) return
        hasEnded = true
        if (account.unread.delete(answer)) add(account, -unreadBytes)
        else account.isMaking = false
        cutOffs.delete(answer)
        wakeNext(userId, account)
      }
    }
    return answer
  }

  return {
    async begin(userId, signal) {
      const account = accountOf(userId)
      if (mustWait(account)) await wokenBy(account.waiting, signal)
      account.isMaking = true
      return createAnswer(userId, account)
    }
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
