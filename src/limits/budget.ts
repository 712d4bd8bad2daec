import { AppError } from '../errors.js'
import { type Bucket, createRateLimiter } from './bucket.js'
import { createPendingSearch } from './pendingSearch.js'

/** What a method may be limited by, beside the number of all calls. */
export type MethodLimit = 'messages' | 'searches'

/** What matters here of a method. */
export interface Limited {
  readonly limit?: MethodLimit | undefined
  /** Whether a connection's call waits for as long as that takes, and is never refused. */
  readonly isOnlyDelayed: boolean
}

export interface Delay {
  /** When the call may run, on the clock of `performance.now()`. */
  readonly at: number
  /**
   * Aborted when the call need not wait any longer: with an `AppError` as the reason the call is refused, without one it runs
   * at once.
   */
  readonly interrupt?: AbortSignal
}

/** What the calls of one connection, or of one user over HTTP, may use up. */
export interface Budget {
  /**
   * Takes what a call needs when it arrives, whatever becomes of it.
   *
   * @param method none for what is no call of a method that there is
   * @returns what the call has to wait for: nothing mostly
   * @throws {AppError} `tooManyRequests` when that is too long
   */
  take(method: Limited | undefined): Delay | undefined
  /**
   * The same for the bytes of long answers. Their number is known afterwards, so that the call after them waits.
   *
   * @throws {AppError} `tooManyRequests`
   */
  waitForBytes(method: Limited): Delay | undefined
  spendBytes(bytes: number): void
}

export interface BudgetOptions {
  /** 0 is no limit, here and below. */
  callsPerSecond: number
  callBurst: number
  messagesPerSecond: number
  messageBurst: number
  searchesPerSecond: number
  searchBurst: number
  answerBytesPerSecond: number
  answerBurstBytes: number
  /** A call that would have to wait longer is refused. */
  maxDelayMs: number
  maxTracked: number
}

export interface Budgets {
  /** @param onRefused told of each refusal that its client should heed, before it is thrown */
  ofConnection(userId: string, onRefused: () => void): Budget
  overHttp(userId: string): Budget
}

interface Caller {
  userId: string
  /** Milliseconds that a call may wait. */
  mayWaitMs(method: Limited | undefined): number
  onRefused(): void
}

/** Makes what limits calls of connections and users; nothing where nothing is limited. Each limit is one of the user. */
export function createBudgets({ maxDelayMs, maxTracked, ...rates }: BudgetOptions): Budgets | undefined {
  const limiterOf = (perSecond: number, burst: number) =>
    perSecond === 0 ? undefined : createRateLimiter({ perSecond, burst }, maxTracked)
  const calls = limiterOf(rates.callsPerSecond, rates.callBurst)
  const bytes = limiterOf(rates.answerBytesPerSecond, rates.answerBurstBytes)
  const limits = {
    messages: limiterOf(rates.messagesPerSecond, rates.messageBurst),
    searches: limiterOf(rates.searchesPerSecond, rates.searchBurst)
  }
  if (!calls && !bytes && !limits.messages && !limits.searches) return undefined

  function takeCall({ userId, mayWaitMs, onRefused }: Caller, bucket: Bucket | undefined, method?: Limited): number {
    const now = performance.now()
    const maxWaitMs = mayWaitMs(method)
    const waitMs = calls && bucket ? calls.take(bucket, now, maxWaitMs) : 0
    if (waitMs > maxWaitMs) {
      onRefused()
      throw tooMany('calls', waitMs)
    }
    const limiter = method?.limit && limits[method.limit]
    if (!limiter) return waitMs
    const ownWaitMs = limiter.take(limiter.bucketOf(userId), now, maxWaitMs)
    if (ownWaitMs <= maxWaitMs) return Math.max(waitMs, ownWaitMs)
    // A person who types in a search field cannot heed a refusal.
    if (method.limit !== 'searches') onRefused()
    throw tooMany(String(method.limit), ownWaitMs)
  }

  function createBudget(caller: Caller): Budget {
    // Kept, so that a call does not look it up.
    const bucket = calls?.bucketOf(caller.userId)
    return {
      take: (method) => delayOf(takeCall(caller, bucket, method)),
      waitForBytes(method) {
        const waitMs = bytes ? bytes.waitMs(bytes.bucketOf(caller.userId), performance.now()) : 0
        if (waitMs > caller.mayWaitMs(method)) throw tooMany('bytes of answers', waitMs)
        return delayOf(waitMs)
      },
      spendBytes: (count) => bytes?.spend(bytes.bucketOf(caller.userId), performance.now(), count)
    }
  }

  /** Gives back what a search took that is not made. */
  function cancelSearch(userId: string): AppError {
    const now = performance.now()
    const limiter = limits.searches as NonNullable<typeof limits.searches>
    const bucket = limiter.bucketOf(userId)
    limiter.spend(bucket, now, -1)
    return new AppError('tooManyRequests', 'A newer search has replaced this one.', {
      retryAfterMs: limiter.waitMs(bucket, now)
    })
  }

  return {
    ofConnection(userId, onRefused) {
      // A delay holds up the connection, and so its client, while a request over HTTP would hold up nothing.
      const mayWaitMs = (method?: Limited) => (method?.isOnlyDelayed ? Number.POSITIVE_INFINITY : maxDelayMs)
      const budget = createBudget({ userId, mayWaitMs, onRefused })
      const search = createPendingSearch(() => cancelSearch(userId))
      return { ...budget, take: (method) => search.take(method, budget.take) }
    },
    overHttp: (userId) => createBudget({ userId, mayWaitMs: () => maxDelayMs, onRefused() {} })
  }
}

function delayOf(waitMs: number): Delay | undefined {
  return waitMs === 0 ? undefined : { at: performance.now() + waitMs }
}

function tooMany(what: string, retryAfterMs: number): AppError {
  return new AppError('tooManyRequests', `Too many ${what}.`, { retryAfterMs })
}
