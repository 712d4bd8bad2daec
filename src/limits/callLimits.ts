import { AppError } from '../errors.js'
import { interruptSearch, type PendingSearch } from './pendingSearch.js'
import type { RateLimiter } from './rateLimiter.js'

/** The limit of a method's calls, in addition to the number of all calls. */
export type MethodLimit = 'messages' | 'searches'

/** The properties of a method that its limits depend on. */
export interface Limited {
  readonly limit?: MethodLimit | undefined
  /** Whether a connection's call waits however long that takes, and is never refused. */
  readonly isOnlyDelayed: boolean
  /** Whether the result may have a page of items, which takes memory, and time in proportion to its bytes. */
  readonly returnsPage: boolean
}

export interface Delay {
  /** When the call may run, on the clock of `performance.now()`. */
  readonly at: number
  /** Aborted when the call need not wait any longer: an `AppError` as the reason refuses it, any other reason runs it at once. */
  readonly interrupt?: AbortSignal
}

/** The limits of the calls of one connection, or of one user over HTTP. */
export interface CallLimits {
  /**
   * Takes what a call needs when it arrives, and never gives it back.
   *
   * @param method undefined for a request that names no method of the server
   * @throws {AppError} `tooManyRequests` when the delay would be too long
   */
  take(method: Limited | undefined): Delay | undefined
  /**
   * Returns how long a page has to wait for the bytes of earlier pages. The bytes of a page are known when it is made.
   *
   * @throws {AppError} `tooManyRequests` when the delay would be too long
   */
  waitForBytes(method: Limited): Delay | undefined
  spendBytes(bytes: number): void
}

/** The rate limits of users, which all connections of a user share. */
export interface UserLimits {
  calls: RateLimiter
  messages: RateLimiter
  searches: RateLimiter
  /** Bytes of pages. */
  bytes: RateLimiter
  /** Milliseconds; a call that would have to wait longer is refused. */
  maxDelayMs: number
}

/** A record with shared functions, because each connection keeps one. */
interface State extends CallLimits {
  readonly limits: UserLimits
  readonly userId: string
  /** Called before a refusal that the client should slow down after. Absent over HTTP, where a delay would hold up nothing. */
  readonly onRefused: (() => void) | undefined
  /** The search that waits for its rate. */
  search: PendingSearch | undefined
}

// A search that has run at once on credit makes the next one wait for two tokens.
const maxDelaysOfSearch = 3

/** @param onRefused of a connection: called before each refusal that its client should slow down after; absent over HTTP */
export function createCallLimits(limits: UserLimits, userId: string, onRefused?: () => void): CallLimits {
  const state: State = { limits, userId, onRefused, search: undefined, take, waitForBytes, spendBytes }
  return state
}

function take(this: State, method: Limited | undefined): Delay | undefined {
  const isSearch = method?.limit === 'searches'
  const now = performance.now()
  if (this.search) interruptSearch(this.search, isSearch, now, this)
  this.search = undefined
  const maxWaitMs = maxWaitOf(this, method)
  const waitMs = Math.max(
    takeOne(this, 'calls', maxWaitMs, now),
    method?.limit ? takeOne(this, method.limit, maxWaitMs, now) : 0,
    // The page waits again before it is made, because others may have been made until then.
    method?.returnsPage ? waitMsForBytes(this, maxWaitMs, now) : 0
  )
  if (waitMs === 0) return undefined
  const at = now + waitMs
  if (!isSearch || !this.onRefused) return { at }
  this.search = { at, controller: new AbortController() }
  return { at, interrupt: this.search.controller.signal }
}

function takeOne(state: State, what: 'calls' | MethodLimit, maxWaitMs: number, now: number): number {
  const waitMs = state.limits[what].take(state.userId, maxWaitMs, now)
  return waitMs > maxWaitMs ? refuse(state, what, waitMs) : waitMs
}

function waitMsForBytes(state: State, maxWaitMs: number, now: number): number {
  const waitMs = state.limits.bytes.waitMs(state.userId, now)
  return waitMs > maxWaitMs ? refuse(state, 'bytes of answers', waitMs) : waitMs
}

function refuse({ onRefused }: State, what: string, retryAfterMs: number): never {
  // A person who types in a search field cannot react to a refusal.
  if (what !== 'searches') onRefused?.()
  throw new AppError('tooManyRequests', `Too many ${what} of this user.`, { retryAfterMs })
}

function waitForBytes(this: State, method: Limited): Delay | undefined {
  const now = performance.now()
  const waitMs = waitMsForBytes(this, maxWaitOf(this, method), now)
  return waitMs === 0 ? undefined : { at: now + waitMs }
}

function spendBytes(this: State, bytes: number): void {
  this.limits.bytes.spend(this.userId, bytes)
}

/**
 * Returns the milliseconds that a call may wait. A search of a connection may wait longer: the next one replaces it, and any other
 * call makes it run or refuses it.
 */
function maxWaitOf({ onRefused, limits: { maxDelayMs } }: State, method: Limited | undefined): number {
  if (!onRefused) return maxDelayMs
  if (method?.isOnlyDelayed) return Number.POSITIVE_INFINITY
  return method?.limit === 'searches' ? maxDelaysOfSearch * maxDelayMs : maxDelayMs
}
