import { performance } from 'node:perf_hooks'
import { settleInOrder } from './settleInOrder.js'

interface QueueOptions<Write, Result> {
  /** How long a write may wait for those before it. */
  maxWaitMs: number
  /**
   * Makes writes durable, in their order, in as few round trips as it can.
   *
   * @param settle ends the wait of writes that are durable before others, which have no result yet
   * @returns what each has come to
   */
  writeTogether(writes: Write[], settle: (results: (Result | Error | undefined)[]) => void): Promise<(Result | Error)[]>
  /** How much of a group a write is; a group is full at 1. */
  weightOf?(write: Write): number
}

/** Writes take effect in the order of the calls: those that wait go together. */
export interface WriteQueue<Write = never, Result = never> {
  enter(write: Write): Promise<Result>
  /** Runs a write that is not made together with others. */
  alone<T>(write: () => Promise<T>): Promise<T>
  /** Refuses new writes, and resolves when the last one has ended. */
  close(): Promise<void>
}

interface Waiting<Write> {
  /** The last moment to begin. */
  until: number
  write?: Write
  /** Instead of `write`, when it goes alone. */
  run?(): Promise<unknown>
  weight: number
  resolve(value: unknown): void
  reject(reason: unknown): void
}

const defaultWeight = 0.001

export function createWriteQueue<Write, Result>(options: QueueOptions<Write, Result>): WriteQueue<Write, Result> {
  const { maxWaitMs, writeTogether, weightOf = () => defaultWeight } = options
  const waiting: Waiting<Write>[] = []
  let working: Promise<void> | undefined
  let isClosed = false

  function join<T>(wish: Pick<Waiting<Write>, 'write' | 'run' | 'weight'>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (isClosed) return reject(new Error('The store is closed.'))
      const until = performance.now() + maxWaitMs
      waiting.push({ ...wish, until, resolve: resolve as (value: unknown) => void, reject })
      working ??= work()
    })
  }

  async function work() {
    // What comes in the same turn of the event loop goes together.
    await new Promise(setImmediate)
    while (waiting.length > 0) {
      const group = withoutLate(takeGroup(waiting))
      if (group[0]?.run) await group[0].run().then(group[0].resolve, group[0].reject)
      else if (group.length > 0) await writeGroup(group)
    }
    working = undefined
  }

  async function writeGroup(group: Waiting<Write>[]) {
    const settle = (results: (Result | Error | undefined)[]) => {
      settleInOrder(
        group.flatMap((one, index) => (results[index] === undefined ? [] : settlingOf(one, results[index])))
      )
    }
    try {
      const writes = group.map(({ write }) => write as Write)
      const results = await writeTogether(writes, settle)
      settleInOrder(group.map((one, index) => settlingOf(one, results[index])))
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
  }

  return {
    enter: (write) => join({ write, weight: weightOf(write) }),
    alone: (run) => join({ run, weight: 1 }),
    async close() {
      isClosed = true
      await working
    }
  }
}

/** A write that is settled already stays as it is. */
function settlingOf<Write>({ resolve, reject }: Waiting<Write>, result: unknown): () => void {
  return () => (result instanceof Error ? reject(result) : resolve(result))
}

/** Takes the first writes that can go together. */
function takeGroup<Write>(waiting: Waiting<Write>[]): Waiting<Write>[] {
  let weight = 0
  const end = waiting.findIndex((next, index) => {
    weight += next.weight
    return index > 0 && weight > 1
  })
  return waiting.splice(0, end === -1 ? waiting.length : end)
}

/** Refuses what has waited for too long. @returns the others */
function withoutLate<Write>(group: Waiting<Write>[]): Waiting<Write>[] {
  const now = performance.now()
  return group.filter(({ until, reject }) => {
    if (until >= now) return true
    reject(new Error('The database has not answered in time.'))
    return false
  })
}
