import { AppError } from '../errors.js'
import type { Store } from './store.js'

/** How long a call may take where the last ones have waited in vain: a client's calls may come one after the other. */
const silenceTimeoutMs = 200

/**
 * A store over the network: its calls are refused when they take too long, though what they have begun may still come to its
 * end. What has failed tells why, and nothing of what was to be stored. Closing takes as long as it takes.
 */
export function withDeadline(store: Store, timeoutMs: number): Store {
  // From a call that has waited in vain to the next one that succeeds, whether it was refused before or not.
  let isSilent = false

  const limit =
    <Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      const answered = call(...args).then(
        (result) => {
          isSilent = false
          return result
        },
        (error) => Promise.reject(withoutContents(error))
      )
      return withinTime(answered, isSilent ? Math.min(silenceTimeoutMs, timeoutMs) : timeoutMs, () => {
        isSilent = true
        return new Error('The database has not answered in time.')
      })
    }
  const limitAll = <Part extends object>(part: Part) =>
    Object.fromEntries(Object.entries(part).map(([name, call]) => [name, limit(call)])) as Part
  const { loadSecret, close, ...parts } = store
  const limitedParts = Object.entries(parts).map(([name, part]) => [name, limitAll(part)])
  return { ...Object.fromEntries(limitedParts), loadSecret: limit(loadSecret), close } as Store
}

/** Settles as a promise does, or is rejected with what `giveUp` returns when that takes too long. */
export function withinTime<Result>(promise: Promise<Result>, maxMs: number, giveUp: () => Error): Promise<Result> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(giveUp()), maxMs)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/** A driver's error may carry the documents that were to be written, and would bring them into the log. */
function withoutContents(error: Error & { code?: unknown }): Error {
  if (error instanceof AppError) return error
  const { name, message, code, stack = '' } = error
  // MongoDB says which value was there twice, such as an e-mail.
  const told = message.replace(/ dup key: .*/s, '')
  return Object.assign(new Error(told), { name, code, stack: stack.replace(message, () => told) })
}
