import type { Store } from './store.js'

/**
 * A store whose calls are refused when they take too long, though what they have begun may still come to its end.
 * Closing takes as long as it takes.
 */
export function withDeadline(store: Store, timeoutMs: number): Store {
  const limit =
    <Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>) =>
    (...args: Args): Promise<Result> => {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error('The database has not answered in time.')), timeoutMs)
        call(...args)
          .then(resolve, reject)
          .finally(() => clearTimeout(timer))
      })
    }
  const limited = Object.entries(store).map(([name, call]) => [name, name === 'close' ? call : limit(call)])
  return Object.fromEntries(limited) as Store
}
