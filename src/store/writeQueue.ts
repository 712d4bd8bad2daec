import { performance } from 'node:perf_hooks'
import { answerInOrder } from './answerInOrder.js'

interface QueueOptions<Write, Result> {
  /** Maximum time that a write waits for those before it, in milliseconds. */
  maxWaitMs: number
  /**
   * Makes writes durable, in their order, in as few round trips as possible.
   *
   * @param answer answers writes that are durable before the others, which have no result yet
   * @returns the results of all writes
   */
  writeTogether(writes: Write[], answer: (results: (Result | Error | undefined)[]) => void): Promise<(Result | Error)[]>
  /** Returns the share of a group that a write takes; a group is full at 1. */
  weightOf?(write: Write): number
}

/** A queue in which writes take effect in the order of the calls. Waiting writes go together. */
export interface WriteQueue<Write = never, Result = never> {
  enter(write: Write): Promise<Result>
  /** Runs a write on its own, between two groups. */
  alone<T>(write: () => Promise<T>): Promise<T>
  /** Refuses new writes, and resolves when the last write has ended. */
  close(): Promise<void>
}

interface Waiting<Write> {
  /** Latest time to begin, on the clock of `performance`. */
  until: number
  write?: Write
  /** The write itself, instead of `write`, when it goes alone. */
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
    // Calls of one turn of the event loop go together.
    await new Promise(setImmediate)
    while (waiting.length > 0) {
      const group = withoutLate(takeGroup(waiting))
      if (group[0]?.run) await group[0].run().then(group[0].resolve, group[0].reject)
      else if (group.length > 0) await writeGroup(group)
    }
    working = undefined
  }

  async function writeGroup(group: Waiting<Write>[]) {
    const answer = (results: (Result | Error | undefined)[]) => {
      const known = group.flatMap((one, index) => (results[index] === undefined ? [] : answerOf(one, results[index])))
      answerInOrder(known)
    }
    try {
      const writes = group.map(({ write }) => write as Write)
      const results = await writeTogether(writes, answer)
      // A promise ignores a second answer.
      answerInOrder(group.map((one, index) => answerOf(one, results[index])))
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

function answerOf<Write>({ resolve, reject }: Waiting<Write>, result: unknown): () => void {
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

/** Refuses the writes that have waited for too long. @returns the others */
function withoutLate<Write>(group: Waiting<Write>[]): Waiting<Write>[] {
  const now = performance.now()
  return group.filter(({ until, reject }) => {
    if (until >= now) return true
    reject(new Error('The database has not answered in time.'))
    return false
  })
}
