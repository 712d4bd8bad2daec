import type { TakeTurn } from './yield.js'

export interface Task<Outcome> {
  /** Whether it may begin while others that may overlap, too, have not ended. */
  readonly mayOverlap: boolean
  /** Bytes of the frame that asks for it, which it keeps in memory until it has ended; none where it has no frame. */
  readonly bytes?: number
  run(): Promise<Outcome | undefined>
}

export interface Lane<Outcome> {
  /** Runs a task when all before it have ended, or at once where they may overlap. */
  run(task: Task<Outcome>): void
  /** Resolves when everything run until now has ended. */
  idle(): Promise<void>
}

interface LaneOptions<Outcome> {
  /** Awaited before a task that has waited, unless it may overlap: such tasks cost little, and are to begin together. */
  takeTurn: TakeTurn
  /** Takes the outcomes of the tasks, in their order. A task has ended when its outcome has been taken. */
  take(outcome: Outcome | undefined): Promise<void>
  /** Tasks, and bytes of their frames, that may wait before `onFull` is called; `onFree` is, when only half of both wait. */
  maxWaiting: number
  maxWaitingBytes: number
  onFull(): void
  onFree(): void
  /** Told of a task that has failed. */
  onError(error: unknown): void
}

/** The order of arrival, in effect and in outcome: what keeps the requests of a connection in order. */
export function createLane<Outcome>(options: LaneOptions<Outcome>): Lane<Outcome> {
  const { takeTurn, take, maxWaiting, maxWaitingBytes, onFull, onFree, onError } = options
  // Few functions, because each connection keeps its own.
  let last: Promise<void> = Promise.resolve()
  // Those that may overlap follow it, not each other.
  let lastAlone: Promise<void> = last
  let waiting = 0
  let waitingAlone = 0
  let waitingBytes = 0
  let isFull = false

  function begin({ mayOverlap, run }: Task<Outcome>): Promise<Outcome | undefined> {
    if (waiting === 0 || (mayOverlap && waitingAlone === 0)) return run()
    return mayOverlap ? lastAlone.then(run) : last.then(takeTurn).then(run)
  }

  async function end(
    outcome: Promise<Outcome | undefined>,
    before: Promise<void>,
    { mayOverlap, bytes = 0 }: Task<Outcome>
  ) {
    try {
      const [settled] = await Promise.all([outcome, before])
      await take(settled)
    } catch (error) {
      onError(error)
      await before
    }
    if (!mayOverlap) waitingAlone--
    waiting--
    waitingBytes -= bytes
    if (!isFull || waiting > maxWaiting / 2 || waitingBytes > maxWaitingBytes / 2) return
    isFull = false
    onFree()
  }

  return {
    run(task) {
      const { mayOverlap, bytes = 0 } = task
      const outcome = begin(task)
      if (!mayOverlap) waitingAlone++
      waiting++
      waitingBytes += bytes
      if (!isFull && (waiting >= maxWaiting || waitingBytes >= maxWaitingBytes)) {
        isFull = true
        onFull()
      }
      last = end(outcome, last, task)
      if (!mayOverlap) lastAlone = last
    },
    idle: () => last
  }
}
