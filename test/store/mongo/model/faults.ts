import { isExecuted } from './calls.js'
import type { Process } from './process.js'
import { type FaultKind, lags, type Step, type World } from './world.js'

const lost = () => Object.assign(new Error('connection closed'), { name: 'MongoNetworkError' })

/** The faults that may happen now. */
export function faultSteps(world: World, kinds: FaultKind[]): Step[] {
  const living = world.processes.filter(({ isDead }) => !isDead)
  const table: Record<FaultKind, () => Step[]> = {
    crash: () => (living.length > 1 ? living.map(crash) : []),
    cut: () => living.filter(({ calls }) => calls.length > 0).map(cut),
    lag: () => behind(world),
    failOver: () => failOvers(world)
  }
  return kinds.flatMap((kind) => {
    return table[kind]().map(({ label, take }) => ({
      label,
      fault: kind,
      take() {
        world.faults.add(kind)
        return take()
      }
    }))
  })
}

/** Calls that it has sent and that were not executed never are. It remembers nothing. */
function crash(process: Process): Step {
  return {
    label: `${process.name} crashes`,
    take() {
      process.isDead = true
      process.calls = []
      process.pauses = []
      for (const tell of process.onDeath) tell()
    }
  }
}

/** Calls that it has sent are executed at any time, though it is told that the connection was lost. */
function cut(process: Process): Step {
  return {
    label: `${process.name} loses its connections`,
    take() {
      const { calls } = process
      const open = calls.filter((call) => call.command.kind === 'write' && !isExecuted(call))
      process.calls = open.map((call) => ({ ...call, settle() {}, fail() {} }))
      for (const { fail } of calls) fail(lost())
    }
  }
}

function lagsOf({ replicaSet }: World): number[] {
  return lags.map((lag) => replicaSet.committed() - lag).filter((index) => index >= 0)
}

/** The new primary has everything, and does not know yet that a majority has it. */
function behind(world: World): Step[] {
  return lagsOf(world).map((known) => failOver(world, world.replicaSet.end(), known, true))
}

/** The new primary may lack what no majority had. */
function failOvers(world: World): Step[] {
  const { replicaSet, processes } = world
  const [committed, end] = [replicaSet.committed(), replicaSet.end()]
  const isWriting = processes.some(({ calls }) => calls.some(({ done }) => done.length > 0))
  const keeps = Array.from({ length: end - committed + 1 }, (_, index) => committed + index)
  return keeps.flatMap((kept) =>
    [committed, ...lagsOf(world).slice(-1)].flatMap((known) => [
      ...(isWriting ? [failOver(world, kept, known, false)] : []),
      ...(kept < end ? [failOver(world, kept, known, true)] : [])
    ])
  )
}

/**
 * Another server becomes the primary. Entries that no majority had may be lost, and a majority read may be behind for a while.
 *
 * @param isRetried whether writes without an answer are sent again, as the driver does; else the processes are told of errors
 */
function failOver(world: World, kept: number, known: number, isRetried: boolean): Step {
  const { replicaSet, processes, settle } = world
  const length = replicaSet.end() - kept
  const undone = length > 0 ? `, without the last ${length}` : ''
  const behind = replicaSet.committed() - known
  return {
    label: `a new primary${undone}${behind > 0 ? `, ${behind} behind` : ''}${isRetried ? ', writes are retried' : ''}`,
    async take() {
      replicaSet.failOver(kept, known)
      for (const process of processes) {
        if (isRetried) for (const call of process.calls) call.done = call.done.filter(({ index }) => index <= kept)
        else await failWrites(process)
      }
    }
  }

  async function failWrites(process: Process) {
    for (const tell of process.onNewPrimary) tell()
    // The others are sent after it.
    const failed = process.calls.filter(({ done }) => done.length > 0)
    process.calls = process.calls.filter(({ done }) => done.length === 0)
    if (failed.length === 0) return
    world.awake = process.name
    for (const { fail } of failed) fail(lost())
    await settle()
  }
}
