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
export function createLane({ take, maxWaiting, onFull, onFree, onError }: LaneOptions): Lane {
  let last: Promise<void> = Promise.resolve()
  let waiting = 0
  let waitingAlone = 0
  let isFull = false

  async function follow(before: Promise<void>, task: Task): Promise<void> {
    const mayBegin = waiting === 0 || (task.mayOverlap && waitingAlone === 0)
    const isAlone = !task.mayOverlap
    enter(isAlone)
    try {
      const outcome = mayBegin ? task.run() : before.then(task.run)
      const [settled] = await Promise.all([outcome, before])
      await take(settled)
    } catch (error) {
      onError(error)
    }
    leave(isAlone)
  }

  function enter(isAlone: boolean) {
    if (isAlone) waitingAlone++
    if (++waiting < maxWaiting || isFull) return
    isFull = true
    onFull()
  }

  function leave(isAlone: boolean) {
    if (isAlone) waitingAlone--
    waiting--
    if (!isFull || waiting > maxWaiting / 2) return
    isFull = false
    onFree()
  }

  return {
    run(task) {
      last = follow(last, task)
    },
    idle: () => last
  }
}
