import { performance } from 'node:perf_hooks'
import type { Database } from 'better-sqlite3'
import { AppError } from '../../errors.js'
import { answerInOrder } from '../answerInOrder.js'

/** Writes within the transaction. It may throw an AppError before it has written anything. */
type Write<T> = () => T

interface Waiting {
  write: Write<unknown>
  resolve(value: unknown): void
  reject(reason: unknown): void
}

export interface GroupCommit {
  /** Resolves with the write's result when its transaction is durable. */
  write<T>(write: Write<T>): Promise<T>
  /** Writes with the next group, or within a second, for callers that do not wait. */
  writeLater<T>(write: Write<T>): Promise<T>
  /** Commits the waiting writes. */
  flush(): void
}

const maxDelayMs = 1000

interface CommitEvents {
  /** The memory of the store is out of date: another process has written, or the transaction failed. */
  onStale(): void
  /** All have written, and the commit is next. */
  onWritten(): void
  onCommitted(writes: number, durationMs: number): void
}

/**
 * Commits in groups: all writes that wait at the end of an event-loop turn are one transaction, and share one fsync. A failed
 * transaction rejects every write in it and stores none.
 */
export function createGroupCommit(database: Database, events: CommitEvents): GroupCommit {
  // The value changes when another connection has written (https://www.sqlite.org/pragma.html#pragma_data_version).
  const dataVersion = database.prepare<[], number>('PRAGMA data_version').pluck()
  let knownDataVersion: number | undefined
  let waiting: Waiting[] = []
  let isScheduled = false
  let timer: NodeJS.Timeout | undefined

  const commit = database.transaction((group: Waiting[]) => {
    const present = dataVersion.get()
    if (present !== knownDataVersion) events.onStale()
    knownDataVersion = present
    const settles = group.map(attempt)
    events.onWritten()
    return settles
  }).immediate

  function flush() {
    const group = waiting
    if (group.length === 0) return
    waiting = []
    isScheduled = false
    clearTimeout(timer)
    timer = undefined
    const begin = performance.now()
    try {
      answerInOrder(commit(group))
    } catch (error) {
      events.onStale()
      for (const { reject } of group) reject(error)
      return
    }
    events.onCommitted(group.length, performance.now() - begin)
  }

  function enter<T>(write: Write<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      waiting.push({ write, resolve: resolve as (value: unknown) => void, reject })
    })
  }

  return {
    flush,
    write(write) {
      if (!isScheduled) setImmediate(flush)
      isScheduled = true
      return enter(write)
    },
    writeLater(write) {
      timer ??= setTimeout(flush, maxDelayMs)
      return enter(write)
    }
  }
}

/** Returns the function that settles the write's promise after the commit. */
function attempt({ write, resolve, reject }: Waiting): () => void {
  try {
    const result = write()
    return () => resolve(result)
  } catch (error) {
    if (error instanceof AppError) return () => reject(error)
    throw error
  }
}
