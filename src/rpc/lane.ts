export interface Lane {
  /** Runs a task when all before it have ended. */
  run(task: () => Promise<void>): void
  /** Resolves when everything run until now has ended. */
  idle(): Promise<void>
}

interface LaneOptions {
  /** So many tasks may wait before `onFull` is called; `onFree` is, when half of them have ended. */
  maxWaiting: number
  onFull(): void
  onFree(): void
  /** Told of a task that has failed. */
  onError(error: unknown): void
}

/** One task at a time, in the order of arrival: what keeps the requests of a connection in order. */
export function createLane({ maxWaiting, onFull, onFree, onError }: LaneOptions): Lane {
  let last: Promise<void> = Promise.resolve()
  let waiting = 0
  let isFull = false

  function ended() {
    waiting--
    if (!isFull || waiting > maxWaiting / 2) return
    isFull = false
    onFree()
  }

  return {
    run(task) {
      last = last.then(task).catch(onError).then(ended)
      if (++waiting < maxWaiting || isFull) return
      isFull = true
      onFull()
    },
    idle: () => last
  }
}
