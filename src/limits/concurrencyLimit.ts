import pLimit from 'p-limit'
import { AppError } from '../errors.js'

/** Runs a costly task when there is room for it. */
export type ConcurrencyLimit = <T>(task: () => Promise<T>) => Promise<T>

const retryAfterMs = 1000

/**
 * Limits the tasks that run at the same time, because they share the few threads that read files. A task without a place to wait
 * is refused with `tooManyRequests`.
 */
export function createConcurrencyLimit(options: { maxRunning: number; maxWaiting: number }): ConcurrencyLimit {
  const limit = pLimit(options.maxRunning)
  return async (task) => {
    if (limit.pendingCount >= options.maxWaiting) throw new AppError('tooManyRequests', undefined, { retryAfterMs })
    return limit(task)
  }
}
