import pLimit from 'p-limit'
import { AppError } from '../errors.js'

interface ConcurrencyOptions {
  maxRunning: number
  maxWaiting: number
}

/** Runs a costly task when there is room for it. */
export type ConcurrencyLimit = <T>(task: () => Promise<T>) => Promise<T>

const retryAfterMs = 1000

/**
 * Lets so many tasks run at a time, because they share the few threads that files are read with.
 * A task for which not even a place to wait is left is refused with `tooManyRequests`.
 */
export function createConcurrencyLimit({ maxRunning, maxWaiting }: ConcurrencyOptions): ConcurrencyLimit {
  const limit = pLimit(maxRunning)
  return async (task) => {
    if (limit.pendingCount >= maxWaiting) throw new AppError('tooManyRequests', undefined, { retryAfterMs })
    return limit(task)
  }
}
