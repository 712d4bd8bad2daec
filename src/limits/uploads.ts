import type { ServerResponse } from 'node:http'
import { AppError } from '../errors.js'

interface UploadsOptions {
  /** Of everybody together. */
  maxAtOnce: number
  /** 0 is no limit. */
  maxAtOncePerUser: number
}

const retryAfterMs = 1000

/**
 * Lets so many uploads be on their way at the same time, because each of them is in memory as a whole.
 *
 * @returns takes a place until the response of an upload is closed, also because its client has gone;
 * throws {AppError} `tooManyRequests` when there is none
 */
export function createUploads({ maxAtOnce, maxAtOncePerUser }: UploadsOptions) {
  const counts = new Map<string, number>()
  let total = 0

  return (userId: string, response: ServerResponse): void => {
    const own = counts.get(userId) ?? 0
    if (maxAtOncePerUser > 0 && own >= maxAtOncePerUser) throw tooMany('this user')
    if (total >= maxAtOnce) throw tooMany('all users')
    total++
    counts.set(userId, own + 1)

    response.once('close', () => {
      total--
      const left = (counts.get(userId) as number) - 1
      if (left > 0) counts.set(userId, left)
      else counts.delete(userId)
    })
  }
}

function tooMany(whose: string): AppError {
  return new AppError('tooManyRequests', `Too many uploads of ${whose} at once.`, { retryAfterMs })
}
