import { Worker } from 'node:worker_threads'
import type { Database } from 'better-sqlite3'

/** Moves what the write-ahead log holds into the database file, before the log grows too long. */
export interface Checkpoints {
  /** To be told of each commit. */
  onCommitted(): void
  /** Resolves when the thread has ended. */
  close(): Promise<void>
}

interface LogState {
  /** Pages in the log. */
  log: number
}

// The next one would fail as well, at the cost of a sync or of a thread, and there is a commit every millisecond.
const pauseAfterFailureMs = 1000

/**
 * A checkpoint waits for the disk for many milliseconds. So a thread makes it, while commits go on; what they have added
 * meanwhile is little, and is checkpointed here. A log that is in the file as a whole begins anew by itself.
 *
 * @param maxLogPages so many pages in the log, and a checkpoint is made
 */
export function createCheckpoints(database: Database, maxLogPages: number): Checkpoints {
  database.pragma('wal_autocheckpoint = 0')
  const state = database.prepare<[], LogState>('PRAGMA wal_checkpoint(NOOP)')
  const finish = database.prepare('PRAGMA wal_checkpoint(PASSIVE)')
  let worker: Worker | undefined
  let isRunning = false
  let isClosed = false
  let pause: NodeJS.Timeout | undefined

  function startWorker(): Worker {
    const started = new Worker(new URL('checkpointer.js', import.meta.url), { workerData: database.name })
    started.unref()
    started.on('message', onCheckpoint)
    // Why it has ended says nothing that the end itself does not.
    started.on('error', () => {})
    started.on('exit', () => {
      worker = undefined
      onCheckpoint(false)
    })
    return started
  }

  function onCheckpoint(isMade: boolean) {
    isRunning = !isMade
    if (isMade) return attempt(() => finish.all())
    pause ??= setTimeout(() => {
      pause = undefined
      isRunning = false
    }, pauseAfterFailureMs).unref()
  }

  function look() {
    const { log } = state.get() as LogState
    // Before it is needed, since to start it takes as long as a checkpoint.
    if (log >= maxLogPages / 2) worker ??= startWorker()
    if (!worker || log < maxLogPages) return
    isRunning = true
    worker.postMessage('checkpoint')
  }

  return {
    onCommitted() {
      if (!isRunning && !isClosed) attempt(look)
    },
    async close() {
      isClosed = true
      if (!worker) return clearTimeout(pause)
      const ended = new Promise((resolve) => worker?.once('exit', resolve))
      worker.ref()
      worker.postMessage('end')
      await ended
      clearTimeout(pause)
    }
  }
}

/** Nothing is lost with a checkpoint that fails, as on a full disk, and the next commit asks for another one. */
function attempt(step: () => void): void {
  try {
    step()
  } catch {}
}
