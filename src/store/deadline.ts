import { AppError } from '../errors.js'
import type { Store } from './store.js'

/** Time limit of a call after one without an answer: the calls of a client may come one after the other. */
const silenceTimeoutMs = 200

/**
 * Limits the duration of each call of a store over the network, except `close`. A write may still take effect after its call was
 * refused. Errors tell the reason of a failure, and nothing of the documents.
 */
export function withDeadline(store: Store, timeoutMs: number): Store {
  // True after a call without an answer, until any call succeeds, also a refused one.
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

/** Returns the result of a promise. It rejects with the error of `giveUp` when that takes too long. */
export function withinTime<Result>(promise: Promise<Result>, maxMs: number, giveUp: () => Error): Promise<Result> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(giveUp()), maxMs)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/** Removes the documents that a driver's error may carry: they must not come into the log. */
function withoutContents(error: Error & { code?: unknown }): Error {
  if (error instanceof AppError) return error
  const { name, message, code, stack = '' } = error
  // MongoDB names the duplicate value, such as an e-mail address.
  const told = message.replace(/ dup key: .*/s, '')
  return Object.assign(new Error(told), { name, code, stack: stack.replace(message, () => told) })
}
