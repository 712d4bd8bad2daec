interface Task<Outcome> {
  /** Whether the task may begin while others that may overlap, too, have not ended. */
  readonly mayOverlap: boolean
  /** Bytes of the task's frame, which stays in memory until the task has ended. */
  readonly bytes?: number
  run(): Promise<Outcome | undefined>
}

export interface RequestQueue<Outcome> {
  /** Runs a task when those before it have ended, or earlier where they may overlap. */
  add(task: Task<Outcome>): void
  /** Resolves when every task added until now has ended. */
  idle(): Promise<void>
}

interface RequestQueueOptions<Outcome> {
  /** Resolves when a task that has waited may begin. Tasks that may overlap cost little and begin together, without it. */
  yieldToOthers(): Promise<void>
  /** Takes the outcomes in the order of their tasks. A task has ended when this has resolved. */
  take(outcome: Outcome | undefined): Promise<void>
  /** Maximum tasks, and bytes of their frames, that wait: at either of them the queue is full. */
  maxWaiting: number
  maxWaitingBytes: number
  /** Called when the queue is full, and again when half of both maximums is free. */
  setFull(isFull: boolean): void
  onError(error: unknown): void
}

/** Creates the queue that keeps the requests of a connection in order: their effects and their answers. */
export function createRequestQueue<Outcome>(options: RequestQueueOptions<Outcome>): RequestQueue<Outcome> {
  const { yieldToOthers, take, maxWaiting, maxWaitingBytes, setFull, onError } = options
  // Each connection keeps a queue in memory: few fields and functions.
  let last: Promise<void> = Promise.resolve()
  // The end of the newest task that may not overlap, which those that may have to wait for.
  let lastExclusive = last
  let waiting = 0
  let waitingExclusive = 0
  let waitingBytes = 0
  let isFull = false

  function begin({ mayOverlap, run }: Task<Outcome>): Promise<Outcome | undefined> {
    if (waiting === 0 || (mayOverlap && waitingExclusive === 0)) return run()
    return mayOverlap ? lastExclusive.then(run) : last.then(yieldToOthers).then(run)
  }

  function count({ mayOverlap, bytes = 0 }: Task<Outcome>, change: 1 | -1) {
    if (!mayOverlap) waitingExclusive += change
    waiting += change
    waitingBytes += change * bytes
    const wasFull = isFull
    if (!isFull) isFull = waiting >= maxWaiting || waitingBytes >= maxWaitingBytes
    else isFull = waiting > maxWaiting / 2 || waitingBytes > maxWaitingBytes / 2
    if (isFull !== wasFull) setFull(isFull)
  }

  async function end(task: Task<Outcome>, outcome: Promise<Outcome | undefined>, before: Promise<void>) {
    try {
      const [settled] = await Promise.all([outcome, before])
      await take(settled)
    } catch (error) {
      onError(error)
      await before
    }
    count(task, -1)
  }

  return {
    add(task) {
      const outcome = begin(task)
      count(task, 1)
      last = end(task, outcome, last)
      if (!task.mayOverlap) lastExclusive = last
    },
    idle: () => last
  }
}
