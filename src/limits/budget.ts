import { AppError } from '../errors.js'
import { type PendingSearch, settleSearch } from './pendingSearch.js'
import { type Bucket, createRateLimiter, type RateLimiter } from './rateLimiter.js'

/** What a method may be limited by, beside the number of all calls. */
export type MethodLimit = 'messages' | 'searches'

/** What matters here of a method. */
export interface Limited {
  readonly limit?: MethodLimit | undefined
  /** Whether a connection's call waits for as long as that takes, and is never refused. */
  readonly isOnlyDelayed: boolean
  /** Whether the result may have a page of items, which takes memory, and time in proportion to its bytes. */
  readonly returnsPage: boolean
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

interface Limiters {
  calls: RateLimiter | undefined
  bytes: RateLimiter | undefined
  messages: RateLimiter | undefined
  searches: RateLimiter | undefined
  maxDelayMs: number
}

// A search that has run at once on credit makes the next one wait for two tokens.
const maxDelaysOfSearch = 3

/** A budget as it is made: a record with functions that all share, because each connection keeps one. */
interface State extends Budget {
  readonly limiters: Limiters
  readonly userId: string
  /** Kept, so that a call does not look it up. */
  readonly callBucket: Bucket | undefined
  /** A delay holds up a connection, and so its client, while a request over HTTP would hold up nothing. */
  readonly isConnection: boolean
  readonly onRefused: () => void
  /** The search that waits for its rate. */
  search: PendingSearch | undefined
}

/** Makes what limits calls of connections and users; nothing where nothing is limited. Each limit is one of the user. */
export function createBudgets({ maxDelayMs, maxTracked, ...rates }: BudgetOptions): Budgets | undefined {
  const limiterOf = (perSecond: number, burst: number) =>
    perSecond === 0 ? undefined : createRateLimiter({ perSecond, burst }, maxTracked)
  const calls = limiterOf(rates.callsPerSecond, rates.callBurst)
  const bytes = limiterOf(rates.answerBytesPerSecond, rates.answerBurstBytes)
  const messages = limiterOf(rates.messagesPerSecond, rates.messageBurst)
  const searches = limiterOf(rates.searchesPerSecond, rates.searchBurst)
  if (!calls && !bytes && !messages && !searches) return undefined
  const limiters = { calls, bytes, messages, searches, maxDelayMs }

  function budgetOf(userId: string, isConnection: boolean, onRefused: () => void): State {
    const callBucket = calls?.bucketOf(userId)
    return { limiters, userId, callBucket, isConnection, onRefused, search: undefined, take, waitForBytes, spendBytes }
  }
  return {
    ofConnection: (userId, onRefused) => budgetOf(userId, true, onRefused),
    overHttp: (userId) => budgetOf(userId, false, () => {})
  }
}

function take(this: State, method: Limited | undefined): Delay | undefined {
  const isSearch = method?.limit === 'searches'
  if (this.search) settleSearch(this.search, isSearch, this.limiters)
  this.search = undefined
  const now = performance.now()
  const maxWaitMs = maxWaitOf(this, method)
  const waitMs = Math.max(
    takeCall(this, now, maxWaitMs),
    takeOwn(this, method, now, maxWaitMs),
    // Looked at again when the page is made, because others may have been made until then.
    method?.returnsPage ? waitMsOfBytes(this, now, maxWaitMs) : 0
  )
  if (waitMs === 0) return undefined
  const at = now + waitMs
  if (!isSearch || !this.isConnection) return { at }
  this.search = { userId: this.userId, at, controller: new AbortController() }
  return { at, interrupt: this.search.controller.signal }
}

function takeCall(state: State, now: number, maxWaitMs: number): number {
  const { limiters, callBucket } = state
  if (!callBucket) return 0
  const calls = limiters.calls as RateLimiter
  return assertSoon(state, 'calls', calls.take(callBucket, now, maxWaitMs), maxWaitMs)
}

function takeOwn(state: State, method: Limited | undefined, now: number, maxWaitMs: number): number {
  const limiter = method?.limit && state.limiters[method.limit]
  if (!limiter) return 0
  return assertSoon(state, method.limit, limiter.take(limiter.bucketOf(state.userId), now, maxWaitMs), maxWaitMs)
}

function waitMsOfBytes(state: State, now: number, maxWaitMs: number): number {
  const { bytes } = state.limiters
  if (!bytes) return 0
  return assertSoon(state, 'bytes of answers', bytes.waitMs(bytes.bucketOf(state.userId), now), maxWaitMs)
}

/** Returns the wait. @throws {AppError} `tooManyRequests` when it is too long */
function assertSoon({ onRefused }: State, what: string | undefined, waitMs: number, maxWaitMs: number): number {
  if (waitMs <= maxWaitMs) return waitMs
  // A person who types in a search field cannot heed a refusal.
  if (what !== 'searches') onRefused()
  throw new AppError('tooManyRequests', `Too many ${what} of this user.`, { retryAfterMs: waitMs })
}

function waitForBytes(this: State, method: Limited): Delay | undefined {
  const now = performance.now()
  const waitMs = waitMsOfBytes(this, now, maxWaitOf(this, method))
  return waitMs === 0 ? undefined : { at: now + waitMs }
}

function spendBytes(this: State, count: number): void {
  const { bytes } = this.limiters
  bytes?.spend(bytes.bucketOf(this.userId), performance.now(), count)
}

/**
 * Milliseconds that a call may wait. A search of a connection may wait longer, because the next one replaces it, and any other call
 * makes it run or refuses it (`settleSearch`).
 */
function maxWaitOf({ isConnection, limiters: { maxDelayMs } }: State, method: Limited | undefined): number {
  if (!isConnection) return maxDelayMs
  if (method?.isOnlyDelayed) return Number.POSITIVE_INFINITY
  return method?.limit === 'searches' ? maxDelaysOfSearch * maxDelayMs : maxDelayMs
}
