import { Worker } from 'node:worker_threads'
import type { Database } from 'better-sqlite3'

// After a failure the next checkpoint would probably fail, too, and commits come every millisecond. The pause also ends when the log
// has grown by this share, because a growing log must leave room on the disk for the database file.
const pauseAfterFailureMs = 1000
const maxGrowthInPause = 0.1

/**
 * Moves the write-ahead log into the database file before it grows too long. A checkpoint waits for the disk for many milliseconds, so
 * a thread makes it while commits continue. This process then moves the few pages that came meanwhile, and the log restarts.
 *
 * @param maxLogPages number of pages in the log at which a checkpoint is made
 */
export function createCheckpoints(database: Database, maxLogPages: number) {
  database.pragma('wal_autocheckpoint = 0')
  const state = database.prepare<[], { log: number }>('PRAGMA wal_checkpoint(NOOP)')
  const finish = database.prepare('PRAGMA wal_checkpoint(PASSIVE)')
  let worker: Worker | undefined
  let isRunning = false
  /** Number of pages in the log at the last request. */
  let lastLog = 0
  let isClosed = false
  const pause = createPause()

  function startWorker(): Worker {
    const started = new Worker(new URL('checkpointer.js', import.meta.url), { workerData: database.name })
    started.unref()
    started.on('message', onCheckpoint)
    // The exit event follows and handles the failure.
    started.on('error', () => {})
    started.on('exit', () => {
      worker = undefined
      pause.begin(Number.POSITIVE_INFINITY)
      isRunning = false
    })
    return started
  }

  function onCheckpoint(isMade: boolean) {
    isRunning = false
    if (!isMade) return pause.begin(lastLog + maxLogPages * maxGrowthInPause)
    pause.end()
    attempt(() => finish.all())
  }

  function look() {
    const { log } = state.get() as { log: number }
    if (pause.isOn(log)) return
    // The thread starts early, because its start takes as long as a checkpoint.
    if (log >= maxLogPages / 2) worker ??= startWorker()
    if (!worker || log < maxLogPages) return
    isRunning = true
    lastLog = log
    worker.postMessage('checkpoint')
  }

  return {
    /** Called after each commit. */
    onCommitted() {
      if (!isRunning && !isClosed) attempt(look)
    },
    /** Resolves when the thread has ended. */
    async close() {
      isClosed = true
      pause.end()
      if (worker) await endThread(worker)
    }
  }
}

async function endThread(worker: Worker): Promise<void> {
  const ended = new Promise((resolve) => worker.once('exit', resolve))
  worker.ref()
  worker.postMessage('end')
  await ended
}

/** Delays the checkpoint after a failed one: for a second, or until the log has a number of pages. */
function createPause() {
  let timer: NodeJS.Timeout | undefined
  let enoughPages = 0

  function end() {
    clearTimeout(timer)
    timer = undefined
  }

  return {
    begin(untilPages: number) {
      enoughPages = untilPages
      timer ??= setTimeout(end, pauseAfterFailureMs).unref()
    },
    end,
    isOn: (pages: number) => timer !== undefined && pages < enoughPages
  }
}

/** Ignores a checkpoint that fails, as on a full disk. It loses nothing, and the next commit asks for another one. */
function attempt(step: () => void): void {
  try {
    step()
  } catch {}
}
