import { AppError } from '../errors.js'

/** Limits what each key, such as a user, does or has at the same time. */
export interface KeyedSemaphore {
  /** Takes a place. Returns false when none is free. */
  tryAcquire(key: string): boolean
  /** Takes a place when one is free, first come first served. @throws {AppError} `unavailable` when the signal is aborted first */
  acquire(key: string, signal: AbortSignal): Promise<void>
  release(key: string): void
}

/** @param maxPerKey places of each key; 0: no limit */
export function createKeyedSemaphore(maxPerKey: number): KeyedSemaphore {
  const counts = new Map<string, number>()
  const queues = new Map<string, Set<() => void>>()

  function tryAcquire(key: string): boolean {
    const count = counts.get(key) ?? 0
    if (maxPerKey > 0 && count >= maxPerKey) return false
    counts.set(key, count + 1)
    return true
  }

  function wait(key: string, signal: AbortSignal): Promise<void> {
    const queue = queues.get(key) ?? new Set()
    return new Promise((resolve, reject) => {
      const wake = () => {
        signal.removeEventListener('abort', giveUp)
        leave()
        resolve()
      }
      const giveUp = () => {
        leave()
        reject(new AppError('unavailable', 'The caller has gone.'))
      }
      const leave = () => queue.delete(wake) && queue.size === 0 && queues.delete(key)
      if (signal.aborted) return giveUp()
      queues.set(key, queue.add(wake))
      signal.addEventListener('abort', giveUp, { once: true })
    })
  }

  return {
    tryAcquire,
    acquire: async (key, signal) => (tryAcquire(key) ? undefined : wait(key, signal)),
    release(key) {
      const [wake] = queues.get(key) ?? []
      // Hands the place to the first waiter, so that no other caller can take it.
      if (wake) return wake()
      const left = (counts.get(key) as number) - 1
      if (left > 0) counts.set(key, left)
      else counts.delete(key)
    }
  }
}
