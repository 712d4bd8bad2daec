import type { CopyCheckpoint } from '../../store/unfinishedCopy.js'
import { readArguments } from '../arguments.js'
import { placeOf } from './open.js'
import { type Kind, kinds, type Source, type State, type Table, type Target } from './transfer.js'

type Print = (line: string) => void

interface Copy {
  source: Source
  target: Target
  /** The state of the source when the copy begins. */
  state: State
  print: Print
}

export const copyUsage = 'messenger-server copy FROM TO, each of them file:PATH or mongodb://HOST/DATABASE'

const again = 'Stop the servers that use it, and run the same command again.'
const maxPageRecords = 1000
// An image may have 16 MiB.
const maxPageImages = 8
const reportedRecords = 2000

/**
 * `messenger-server copy FROM TO`: makes an empty store a copy of another one. Continues an interrupted copy.
 *
 * @throws {Error} that says what is wrong
 */
export async function copy(args: string[], print: Print): Promise<void> {
  const [from, to] = readArguments(args, copyUsage, 2).positionals as [string, string]
  const [fromPlace, toPlace] = [placeOf(from), placeOf(to)]
  if (fromPlace.name === toPlace.name) throw new Error(`FROM and TO are the same store. Usage: ${copyUsage}`)

  const source = await fromPlace.openSource()
  try {
    const state = await source.state()
    const target = await toPlace.openTarget(state.secret)
    try {
      await run({ source, target, state, print })
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

async function run(work: Copy): Promise<void> {
  const { source, target, state, print } = work
  const start = await findStart(work)
  await target.writeCheckpoint(start)
  // Users and sessions are copied from the beginning each time, because a new password or log-in has no version.
  await target.forgetSessions()
  for (const kind of ['users', 'sessions'] as const) await copyKind(work, beginningOf(work, kind), async () => {})
  for (const kind of kinds.slice(kinds.indexOf(start.kind))) {
    await copyKind(work, kind === start.kind ? start : beginningOf(work, kind), target.writeCheckpoint)
  }
  await verify(work)
  await target.finish(state)
  print(`${target.name} is a copy of ${source.name}.`)
}

function beginningOf({ source, state }: Pick<Copy, 'source' | 'state'>, kind: Kind): CopyCheckpoint {
  return { from: source.name, version: state.version, kind, after: '', done: 0 }
}

/** @throws {Error} when the target is a copy of something else */
async function findStart(work: Copy): Promise<CopyCheckpoint> {
  const { source, target, state, print } = work
  const checkpoint = await target.readCheckpoint()
  const beginning = beginningOf(work, 'images')
  if (!checkpoint) return beginning
  if (checkpoint.from !== source.name) {
    throw new Error(`${target.name}: it is an unfinished copy of ${checkpoint.from}: finish that one, or delete it`)
  }
  if (checkpoint.version !== state.version) {
    print(`${source.name} has changed since the copy was begun: it starts again from the beginning.`)
    return beginning
  }
  print(`${target.name} is an unfinished copy: it goes on.`)
  return checkpoint
}

/** @param note is called with a checkpoint after each page that is durable */
async function copyKind(
  { source, target, print }: Copy,
  start: CopyCheckpoint,
  note: (checkpoint: CopyCheckpoint) => Promise<void>
) {
  const { kind } = start
  const from = source.tables[kind] as Table<unknown>
  const to = target.tables[kind] as Table<unknown>
  const total = await from.count()
  let { done } = start
  let reported = done
  for (let after: string | undefined = start.after; after !== undefined; ) {
    const { records, next } = await from.read(after, kind === 'images' ? maxPageImages : maxPageRecords)
    if (records.length > 0) await to.write(records)
    done += records.length
    if (next !== undefined) await note({ ...start, after: next, done })
    if (done < total && done - reported >= reportedRecords) {
      print(`${kind}: ${done} of ${total}`)
      reported = done
    }
    after = next
  }
  print(`${kind}: ${done} of ${total}`)
}

/** @throws {Error} when the source has changed; the next run then begins again */
async function verify(work: Copy): Promise<void> {
  const { source, target, state } = work
  const differences: string[] = []
  for (const kind of kinds) {
    const [from, to] = [await source.tables[kind].count(), await target.tables[kind].count()]
    if (from !== to) differences.push(`${source.name} has ${from} ${kind}, ${target.name} has ${to}.`)
  }
  const { version } = await source.state()
  if (version !== state.version) differences.push(`${source.name} has changed while it was copied.`)
  if (differences.length === 0) return
  await target.writeCheckpoint(beginningOf(work, 'images'))
  throw new Error([...differences, again].join(' '))
}
