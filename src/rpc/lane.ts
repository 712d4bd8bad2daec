import type { TakeTurn } from './turns.js'

export interface Task {
  /** Whether it may begin while others that may overlap, too, have not ended. */
  readonly mayOverlap: boolean
  run(): Promise<string | undefined>
}

export interface Lane {
  /** Runs a task when all before it have ended, or at once where they may overlap. */
  run(task: Task): void
  /** Resolves when everything run until now has ended. */
  idle(): Promise<void>
}

interface LaneOptions {
  /** Awaited before a task that has waited, unless it may overlap: such tasks cost little, and are to begin together. */
  takeTurn: TakeTurn
  /** Takes the outcomes of the tasks, in their order. A task has ended when its outcome has been taken. */
  take(outcome: string | undefined): Promise<void>
  /** So many tasks may wait before `onFull` is called; `onFree` is, when half of them have ended. */
  maxWaiting: number
  onFull(): void
  onFree(): void
  /** Told of a task that has failed. */
  onError(error: unknown): void
}

/** The order of arrival, in effect and in outcome: what keeps the requests of a connection in order. */
export function createLane({ takeTurn, take, maxWaiting, onFull, onFree, onError }: LaneOptions): Lane {
  // Few functions, because each connection keeps its own.
  let last: Promise<void> = Promise.resolve()
  // Those that may overlap follow it, not each other.
  let lastAlone: Promise<void> = last
  let waiting = 0
  let waitingAlone = 0
  let isFull = false

  function begin({ mayOverlap, run }: Task): Promise<string | undefined> {
    if (waiting === 0 || (mayOverlap && waitingAlone === 0)) return run()
    return mayOverlap ? lastAlone.then(run) : last.then(takeTurn).then(run)
  }

  async function end(outcome: Promise<string | undefined>, before: Promise<void>, mayOverlap: boolean) {
    try {
      const [settled] = await Promise.all([outcome, before])
      await take(settled)
    } catch (error) {
      onError(error)
      await before
    }
    if (!mayOverlap) waitingAlone--
    waiting--
    if (!isFull || waiting > maxWaiting / 2) return
    isFull = false
    onFree()
  }

  return {
    run(task) {
      const { mayOverlap } = task
      const outcome = begin(task)
      if (!mayOverlap) waitingAlone++
      waiting++
      if (waiting >= maxWaiting && !isFull) {
        isFull = true
        onFull()
      }
      last = end(outcome, last, mayOverlap)
      if (!mayOverlap) lastAlone = last
    },
    idle: () => last
  }
}
