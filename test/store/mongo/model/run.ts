import { ObjectId } from 'bson'
import { findFault } from './checks.js'
import { faultSteps } from './faults.js'
import { begin, type Game, type Scenario } from './scenario.js'
import type { FaultKind, Step, World } from './world.js'

/** Chooses one of the next steps by its index; undefined ends the run. */
export type Choose = (steps: () => Step[], print: World['print']) => number | undefined

export interface Ended {
  trace: string[]
  /** The fault at the end; empty without one. */
  fault: string
  hasEnded: boolean
}

/** The possible events. */
export interface Rules {
  /** Kinds of faults. */
  kinds: FaultKind[]
  /** Whether the commands that a process sends at once are executed in their order. */
  isInOrder: boolean
}

// A longer run does not end.
const maxSteps = 1000

/** Plays a scenario to its end, and compares what was told with what is stored. */
export async function run(scenario: Scenario, rules: Rules, choose: Choose): Promise<Ended> {
  const owner: { world?: World } = {}
  const restore = identify(() => owner.world?.awake ?? '')
  const trace: string[] = []
  try {
    const game = await begin(scenario, rules.isInOrder, (world) => {
      owner.world = world
    })
    const hasEnded = await playOn(game, rules.kinds, choose, trace)
    const fault = hasEnded ? await findFault(scenario, game) : ''
    return { trace, fault, hasEnded }
  } catch (error) {
    return { trace, fault: (error as Error).stack as string, hasEnded: true }
  } finally {
    restore()
  }
}

/** @returns whether it has come to its end */
async function playOn({ world, hasEnded }: Game, faults: FaultKind[], choose: Choose, trace: string[]) {
  for (let count = 0; count < maxSteps; count++) {
    const steps = world.steps()
    if (steps.length === 0) {
      if (!hasEnded()) throw new Error('A client waits for ever.')
      return true
    }
    const withFaults = () => [...steps, ...faultSteps(world, faults)]
    const index = choose(withFaults, world.print)
    if (index === undefined) return false
    const step = steps[index] ?? (withFaults()[index] as Step)
    trace.push(step.label)
    await step.take()
    await world.settle()
  }
  throw new Error('It does not end.')
}

const start = 1_700_000_000_000

/** Gives each process ids and a clock of its own, the same in each run. @returns what ends that */
function identify(nameOf: () => string): () => void {
  const { generate, cacheHexString } = ObjectId
  const { now } = Date
  const counts = new Map<string, number>()
  ObjectId.cacheHexString = true
  ObjectId.generate = () => {
    const name = nameOf()
    const count = (counts.get(name) ?? 0) + 1
    counts.set(name, count)
    const id = Buffer.alloc(12)
    id.write(name.padEnd(8, '-'), 0, 'latin1')
    id.writeUInt32BE(count, 8)
    return id
  }
  // The clock of each process is a second behind that of the one before.
  Date.now = () => start - 1000 * (nameOf().codePointAt(0) ?? 0)
  return () => {
    Object.assign(ObjectId, { generate, cacheHexString })
    Date.now = now
  }
}
