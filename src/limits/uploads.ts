import type { ServerResponse } from 'node:http'
import { AppError } from '../errors.js'
import { createKeyedSemaphore } from './keyedSemaphore.js'

interface UploadsOptions {
  /** Uploads of all users together. */
  maxAtOnce: number
  /** Uploads of one user; 0: no limit. */
  maxAtOncePerUser: number
}

const retryAfterMs = 1000

/**
 * Limits the uploads that are on their way at the same time, because each of them is in memory as a whole.
 *
 * @returns counts an upload until its response is closed, also because its client has gone; throws {AppError} `tooManyRequests`
 */
export function createUploads({ maxAtOnce, maxAtOncePerUser }: UploadsOptions) {
  const perUser = createKeyedSemaphore(maxAtOncePerUser)
  const all = createKeyedSemaphore(maxAtOnce)

  return (userId: string, response: ServerResponse): void => {
    if (!perUser.tryAcquire(userId)) throw tooMany('this user')
    if (!all.tryAcquire('all')) {
      perUser.release(userId)
      throw tooMany('all users')
    }
    response.once('close', () => {
      perUser.release(userId)
      all.release('all')
    })
  }
}

function tooMany(whose: string): AppError {
  return new AppError('tooManyRequests', `Too many uploads of ${whose} at once.`, { retryAfterMs })
}
