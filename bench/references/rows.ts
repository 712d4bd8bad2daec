import { Worker } from 'node:worker_threads'
import { openTable, type Row } from './table.js'

export interface RowsOptions {
  file: string
  /** Milliseconds that the first row waits for others; 0: one turn of the event loop. */
  lingerMs?: number
  /** True if SQLite runs in a thread of its own. */
  inWorker?: boolean
}

interface Rows {
  /** Calls `done` when the row is on the disk. */
  add(row: Row, done: () => void): void
}

/** Does the minimum of a durable messenger: one insert for each message, one commit for all waiting messages. */
export function openRows({ file, lingerMs = 0, inWorker = false }: RowsOptions): Rows {
  let waiting: { row: Row; done: () => void }[] = []
  let isBusy = false
  const insert = inWorker ? openInWorker(file) : openInline(file)

  function schedule() {
    isBusy = true
    if (lingerMs > 0) setTimeout(commit, lingerMs)
    else setImmediate(commit)
  }

  function commit() {
    const group = waiting
    waiting = []
    insert(
      group.map(({ row }) => row),
      () => {
        isBusy = false
        for (const { done } of group) done()
        if (waiting.length > 0 && !isBusy) schedule()
      }
    )
  }

  return {
    add(row, done) {
      waiting.push({ row, done })
      if (!isBusy) schedule()
    }
  }
}

type Insert = (rows: Row[], done: () => void) => void

function openInline(file: string): Insert {
  const insert = openTable(file)
  return (rows, done) => {
    insert(rows)
    done()
  }
}

function openInWorker(file: string): Insert {
  const worker = new Worker(new URL('table.js', import.meta.url), { workerData: file })
  let whenDone = () => {}
  worker.on('message', () => whenDone())
  return (rows, done) => {
    whenDone = done
    worker.postMessage(rows)
  }
}
