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

// The next one would fail as well, at the cost of a sync or of a thread, and there is a commit every millisecond. But a log that
// grows on a disk with little room must not take all that the file needs in order to grow, too.
const pauseAfterFailureMs = 1000
const maxGrowthInPause = 0.1

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
  /** Pages in the log when the last one was asked for. */
  let lastLog = 0
  let isClosed = false
  const pause = createPause()

  function startWorker(): Worker {
    const started = new Worker(new URL('checkpointer.js', import.meta.url), { workerData: database.name })
    started.unref()
    started.on('message', onCheckpoint)
    // Why it has ended says nothing that the end itself does not.
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
    const { log } = state.get() as LogState
    if (pause.isOn(log)) return
    // Before it is needed, since to start it takes as long as a checkpoint.
    if (log >= maxLogPages / 2) worker ??= startWorker()
    if (!worker || log < maxLogPages) return
    isRunning = true
    lastLog = log
    worker.postMessage('checkpoint')
  }

  return {
    onCommitted() {
      if (!isRunning && !isClosed) attempt(look)
    },
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

/** Between a checkpoint that has failed and the next one: a second, or so many pages in the log. */
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

/** Nothing is lost with a checkpoint that fails, as on a full disk, and the next commit asks for another one. */
function attempt(step: () => void): void {
  try {
    step()
  } catch {}
}
