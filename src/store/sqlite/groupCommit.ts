import { nextTick } from 'node:process'
import type { Database } from 'better-sqlite3'
import { AppError } from '../../errors.js'

/** Writes within the transaction. It may refuse with an AppError, as long as it has not written anything yet. */
type Write<T> = () => T

interface Waiting {
  write: Write<unknown>
  resolve(value: unknown): void
  reject(reason: unknown): void
}

export interface GroupCommit {
  /** @returns a promise of the write's result, kept when the transaction that holds it is durable */
  write<T>(write: Write<T>): Promise<T>
  /** Commits what waits. */
  flush(): void
}

/**
 * Group commit: all writes that are waiting at the end of an event-loop turn are one transaction, so that they share
 * one fsync. A failing transaction fails every write in it, none of which has happened then.
 */
export function createGroupCommit(database: Database): GroupCommit {
  let waiting: Waiting[] = []

  const commit = database.transaction((group: Waiting[]) => group.map(attempt)).immediate

  function flush() {
    const group = waiting
    if (group.length === 0) return
    waiting = []
    try {
      settleInOrder(commit(group))
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
  }

  return {
    flush,
    write<T>(write: Write<T>) {
      return new Promise<T>((resolve, reject) => {
        if (waiting.length === 0) setImmediate(flush)
        waiting.push({ write, resolve: resolve as (value: unknown) => void, reject })
      })
    }
  }
}

/**
 * Settles one promise after the other: all that follows from a write, such as its answer and its notifications, has
 * left before anything that follows from the next one.
 */
function settleInOrder(settles: (() => void)[]): void {
  const remaining = settles.values()
  function settleNext() {
    const { done, value: settle } = remaining.next()
    if (done) return
    settle()
    // A tick comes when no microtask is left, so when everything that awaits the promise has run.
    queueMicrotask(() => nextTick(settleNext))
  }
  settleNext()
}

/** @returns what settles the write's promise once it is durable */
function attempt({ write, resolve, reject }: Waiting): () => void {
  try {
    const result = write()
    return () => resolve(result)
  } catch (error) {
    if (error instanceof AppError) return () => reject(error)
    throw error
  }
}
