import { AppError } from '../errors.js'
import { type Bucket, createBuckets, createTake } from './bucket.js'

/** What a method may be limited by, beside the number of all calls. */
export type MethodLimit = 'messages' | 'searches'

/** What matters here of a method. */
export interface Limited {
  readonly limit?: MethodLimit | undefined
  /** Whether a connection's call waits for as long as that takes, and is never refused. */
  readonly isOnlyDelayed: boolean
}

/** What the calls of one connection, or of one user over HTTP, may use up. */
export interface Budget {
  /**
   * Takes what a call needs when it arrives, whatever becomes of it.
   *
   * @param method none for what is no call of a method that there is
   * @returns in how many milliseconds it may run: 0 mostly
   * @throws {AppError} `tooManyRequests` when that is too long
   */
  take(method: Limited | undefined): number
}

export interface BudgetOptions {
  /** 0 is no limit, here and below. */
  callsPerSecond: number
  callBurst: number
  messagesPerSecond: number
  messageBurst: number
  searchesPerSecond: number
  searchBurst: number
  /** A call that would have to wait longer is refused. */
  maxDelayMs: number
  maxTracked: number
}

export interface Budgets {
  /** @param onRefused told of each refusal, before it is thrown */
  ofConnection(userId: string, onRefused: () => void): Budget
  overHttp(userId: string): Budget
}

/**
 * What connections and users may use up; nothing where nothing is limited. A user's messages count together, however many
 * connections there are.
 */
export function createBudgets({ maxDelayMs, maxTracked, ...rates }: BudgetOptions): Budgets | undefined {
  const limitOf = (perSecond: number, burst: number) =>
    perSecond === 0 ? undefined : { take: createTake({ perSecond, burst }), bucketOf: createBuckets(maxTracked) }
  const calls = limitOf(rates.callsPerSecond, rates.callBurst)
  const limits = {
    messages: limitOf(rates.messagesPerSecond, rates.messageBurst),
    searches: limitOf(rates.searchesPerSecond, rates.searchBurst)
  }
  if (!calls && !limits.messages && !limits.searches) return undefined

  function takeFor(method: Limited | undefined, callBucket: Bucket, userId: string, mayWaitMs: number): number {
    const now = performance.now()
    const waitMs = calls ? calls.take(callBucket, now, mayWaitMs) : 0
    if (waitMs > mayWaitMs) throw tooMany('calls', waitMs)
    const limit = method?.limit && limits[method.limit]
    if (!limit) return waitMs
    const ownWaitMs = limit.take(limit.bucketOf(userId), now, mayWaitMs)
    if (ownWaitMs > mayWaitMs) throw tooMany(String(method.limit), ownWaitMs)
    return Math.max(waitMs, ownWaitMs)
  }

  return {
    ofConnection(userId, onRefused) {
      const callBucket = { fullAt: 0 }
      return {
        take(method) {
          // It holds up the connection, and so its client, while a request over HTTP would hold up nothing.
          if (method?.isOnlyDelayed) return takeFor(method, callBucket, userId, Number.POSITIVE_INFINITY)
          try {
            return takeFor(method, callBucket, userId, maxDelayMs)
          } catch (error) {
            onRefused()
            throw error
          }
        }
      }
    },

    overHttp: (userId) => ({
      take: (method) => takeFor(method, calls?.bucketOf(userId) ?? { fullAt: 0 }, userId, maxDelayMs)
    })
  }
}

function tooMany(what: string, retryAfterMs: number): AppError {
  return new AppError('tooManyRequests', `Too many ${what} of this user.`, { retryAfterMs })
}
