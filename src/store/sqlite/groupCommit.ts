import { performance } from 'node:perf_hooks'
import type { Database } from 'better-sqlite3'
import { AppError } from '../../errors.js'
import { answerInOrder } from '../answerInOrder.js'

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
  /** The same, where nobody is waiting for the result: it goes with the next group, or in a second. */
  writeAtLeisure<T>(write: Write<T>): Promise<T>
  /** Commits what waits. */
  flush(): void
}

const maxLeisureMs = 1000

/** Told of what the group's transaction comes to. */
interface CommitEvents {
  /** What is kept in memory of the database is no longer so: another process has written, or the transaction failed. */
  onStale(): void
  /** All have written, and the commit is next: the last chance to write. */
  onWritten(): void
  onCommitted(writes: number, durationMs: number): void
}

/**
 * Group commit: all writes that are waiting at the end of an event-loop turn are one transaction, so that they share
 * one fsync. A failing transaction fails every write in it, none of which has happened then.
 */
export function createGroupCommit(database: Database, events: CommitEvents): GroupCommit {
  // https://www.sqlite.org/pragma.html#pragma_data_version: another one when another connection has written.
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
    writeAtLeisure(write) {
      timer ??= setTimeout(flush, maxLeisureMs)
      return enter(write)
    }
  }
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
