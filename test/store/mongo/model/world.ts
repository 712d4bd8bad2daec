import { hash } from 'node:crypto'
import { acknowledge, canExecute, execute, isAcknowledged } from './calls.js'
import { openProcess, type Process } from './process.js'
import type { ReplicaSet } from './replicaSet.js'

export type FaultKind = 'crash' | 'cut' | 'lag' | 'failOver'

/** Something that may happen next. */
export interface Step {
  label: string
  fault?: FaultKind
  take(): void | Promise<void>
}

export interface World {
  replicaSet: ReplicaSet
  processes: Process[]
  /** The process that goes on when nobody interrupts it. */
  running: string
  /** The process that has just got an answer. */
  awake: string
  /** Which kinds of faults have happened. */
  faults: Set<FaultKind>
  /** Lets everything run that does not wait for the database. */
  settle(): Promise<void>
  open(name: string): Promise<Process>
  /** The next possible events, without faults; the first one is that of a world without delays. */
  steps(): Step[]
  /** Identifies this state. @param mayFailOver whether a new primary may still be behind */
  print(mayFailOver: boolean): string
}

/** By how many entries a new primary may be behind in knowing that a majority has them. */
export const lags = [1, 3, 6]
const maxLag = Math.max(...lags)

/** @param isInOrder whether the commands that a process sends at once are executed in their order */
export function createWorld(replicaSet: ReplicaSet, isInOrder: boolean): World {
  const processes: Process[] = []
  const world: World = {
    replicaSet,
    processes,
    running: '',
    awake: '',
    faults: new Set(),
    settle,
    async open(name) {
      world.awake = name
      const process = await openProcess(name, replicaSet)
      processes.push(process)
      return process
    },
    steps() {
      const current = processes.findIndex(({ name }) => name === world.running)
      const others = [...processes.slice(current + 1), ...processes.slice(0, Math.max(0, current))]
      const own = processes.slice(current, current + 1)
      const running = [...own.flatMap(callsOf), ...commits(), ...others.flatMap(callsOf)]
      const pauses = [...own, ...others].flatMap((process) => pausesOf(process, running.length === 0))
      return [...running, ...pauses]
    },
    print(mayFailOver) {
      const lag = mayFailOver ? maxLag : 0
      const prints = processes.map((process) => printOf(process, lag))
      return hash('sha1', [world.running, replicaSet.print(lag), ...prints].join('\n'), 'base64')
    }
  }

  function callsOf(process: Process): Step[] {
    const possible = process.calls.filter((call) => canExecute(call, replicaSet))
    return possible.slice(0, isInOrder ? 1 : undefined).map((call) => ({
      label: `${process.name} ${call.command.name}`,
      take() {
        world.running = process.name
        world.awake = process.name
        if (!execute(call, replicaSet)) return
        process.calls.splice(process.calls.indexOf(call), 1)
        if (call.command.kind === 'write') acknowledge(call)
      }
    }))
  }

  function commits(): Step[] {
    if (replicaSet.committed() === replicaSet.end()) return []
    return [{ label: 'a majority has it', take: commit }]
  }

  async function commit() {
    replicaSet.commitNext()
    for (const process of processes) {
      const ready = process.calls.filter((call) => isAcknowledged(call, replicaSet))
      if (ready.length === 0) continue
      world.awake = process.name
      process.calls = process.calls.filter((call) => !ready.includes(call))
      for (const call of ready) acknowledge(call)
      await settle()
    }
  }

  /** A pause ends when something has changed, so that it makes sense to try again. */
  function pausesOf(process: Process, isNothingElse: boolean): Step[] {
    const over = process.pauses.filter(({ since }) => isNothingElse || since < replicaSet.changes())
    return over.map((pause) => ({
      label: `${process.name} goes on`,
      take() {
        world.running = process.name
        world.awake = process.name
        process.pauses.splice(process.pauses.indexOf(pause), 1)
        pause.end()
      }
    }))
  }

  function printOf({ name, print, calls, pauses, sessions, isDead }: Process, lag: number): string {
    const behind = (index: number) => Math.min(lag, replicaSet.committed() - index)
    const seen = Array.from(sessions, (session) => behind(session.seen))
    const waiting = calls.map(({ number, after, done }) => {
      return [number, behind(after), done.map(({ value, index }) => [value, replicaSet.end() - index])]
    })
    return JSON.stringify([name, isDead, print(), seen, waiting, pauses.length])
  }

  return world
}

/** Waits two turns of the event loop, of which one starts the write queue. All that does not wait for the database has run then. */
async function settle(): Promise<void> {
  await new Promise(setImmediate)
  await new Promise(setImmediate)
}
