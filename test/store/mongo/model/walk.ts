import { type Ended, type Rules, run } from './run.js'
import type { Scenario } from './scenario.js'

export interface Bounds extends Rules {
  /** Number of times that another than the first possible step is taken; a fault is not counted. */
  detours: number
  /** Number of faults. */
  faults: number
}

export interface Walk {
  runs: number
  states: number
  /** The first run that went wrong: its choices, its steps, and what is wrong. */
  failure?: string
}

/** A place where a run has chosen. */
interface Fork {
  chosen: number
  isFault: boolean[]
  /** The limits that were left before the choice. */
  left: Left
}

interface Left {
  detours: number
  faults: number
}

/**
 * Plays a scenario in every way within the bounds, each in a run of its own from the beginning. A run ends where it comes to a
 * state from which everything within its bounds was walked: what is stored, what each process was answered, and what it waits for.
 */
export async function walk(scenario: Scenario, bounds: Bounds): Promise<Walk> {
  const visited = new Map<string, Left[]>()
  let forks: Fork[] = []
  for (let runs = 1; ; runs++) {
    let count = 0
    const ended = await run(scenario, bounds, (steps, print) => {
      const known = forks[count++]
      if (known) return known.chosen
      const left = forks.length === 0 ? bounds : leftAfter(forks.at(-1) as Fork)
      if (isKnown(visited, print(left.faults > 0), left)) return undefined
      forks.push({ chosen: 0, left, isFault: steps().map(({ fault }) => fault !== undefined) })
      return 0
    })
    if (ended.fault) return { runs, states: visited.size, failure: describe(scenario, bounds, forks, ended) }
    forks = nextForks(forks)
    if (forks.length === 0) return { runs, states: visited.size }
  }
}

/** Plays one run that begins with some steps, by how their labels begin. @throws {Error} where one is not possible */
export async function runSteps(scenario: Scenario, rules: Rules, labels: string[]): Promise<string> {
  const left = labels.values()
  const { fault } = await run(scenario, rules, (steps) => {
    const { value: wanted } = left.next()
    if (wanted === undefined) return 0
    const index = steps().findIndex(({ label }) => label.startsWith(wanted))
    if (index === -1) throw new Error(`"${wanted}" cannot be the next step.`)
    return index
  })
  return fault
}

/** Plays one run again. @param text what `walk` has printed of it */
export async function replay(scenarios: Scenario[], text: string): Promise<{ trace: string; fault: string }> {
  const { name, choices, ...rules } = JSON.parse(text) as Replayed
  const scenario = scenarios.find((each) => each.name === name) as Scenario
  let count = 0
  const { trace, fault } = await run(scenario, rules, () => choices[count++] ?? 0)
  return { trace: show(trace), fault }
}

interface Replayed extends Rules {
  name: string
  choices: number[]
}

const show = (trace: string[]) => trace.map((step, index) => `${index} ${step}`).join('\n')

/** A state is known where everything that is left to do from it has been done, or will be. */
function isKnown(visited: Map<string, Left[]>, print: string, { detours, faults }: Left): boolean {
  const before = visited.get(print) ?? []
  if (before.some((left) => left.detours >= detours && left.faults >= faults)) return true
  visited.set(print, [...before, { detours, faults }])
  return false
}

function leftAfter({ chosen, isFault, left }: Fork): Left {
  if (isFault[chosen]) return { ...left, faults: left.faults - 1 }
  return chosen === 0 ? left : { ...left, detours: left.detours - 1 }
}

/** The choices of the next run: those of the last one up to the last fork that has another way. */
function nextForks(forks: Fork[]): Fork[] {
  for (let index = forks.length - 1; index >= 0; index--) {
    const fork = forks[index] as Fork
    const { chosen, isFault, left } = fork
    const next = isFault.findIndex((each, way) => way > chosen && (each ? left.faults > 0 : left.detours > 0))
    if (next !== -1) return [...forks.slice(0, index), { ...fork, chosen: next }]
  }
  return []
}

function describe({ name }: Scenario, { kinds, isInOrder }: Rules, forks: Fork[], { trace, fault }: Ended): string {
  const choices = forks.map(({ chosen }) => chosen)
  const last = choices.findLastIndex((chosen) => chosen > 0)
  const replayed: Replayed = { name, kinds, isInOrder, choices: choices.slice(0, last + 1) }
  return `MODEL='${JSON.stringify(replayed)}'\n${show(trace)}\n${fault}`
}
