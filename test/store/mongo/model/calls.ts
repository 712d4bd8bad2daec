import type { Document, Documents } from './documents.js'
import { duplicateKey, type ReplicaSet } from './replicaSet.js'

/** A causally consistent session: its reads see what those before them have seen. */
export interface Session {
  isCausal: boolean
  /** The entry that they have seen. */
  seen: number
}

/** One atomic part of a write: returns its answer, and the changed document, if there is one. */
export type Part = (documents: Documents) => { value: unknown; document?: Document }

interface Common {
  name: string
  collection: string
}

export interface Read extends Common {
  kind: 'read'
  read(documents: Documents): unknown
  /** Whether it sees what no majority has. */
  isLocal: boolean
  session?: Session | undefined
}

export interface Write extends Common {
  kind: 'write'
  parts: Part[]
  /** Whether an error ends it. */
  isOrdered: boolean
  /** Whether its answer waits for a majority. */
  isMajority: boolean
  /** Makes the answer of those of the parts, or throws. */
  answer(values: unknown[]): unknown
}

export type Command = Read | Write

/** A command that a process has sent. */
export interface Call {
  command: Command
  /** Distinguishes it from the others of its process. */
  number: number
  /** The entry that its session had seen when it was sent. */
  after: number
  /** The outcomes of its first parts, and the entry behind each. */
  done: { value: unknown; index: number }[]
  settle(answer: unknown): void
  fail(error: Error): void
}

export function isExecuted({ command, done }: Call): boolean {
  if (command.kind === 'read') return false
  const hasFailed = command.isOrdered && done.at(-1)?.value instanceof Error
  return hasFailed || done.length === command.parts.length
}

export function canExecute(call: Call, replicaSet: ReplicaSet): boolean {
  return call.command.kind === 'read' ? replicaSet.committed() >= call.after : !isExecuted(call)
}

/** Executes a read, or the next part of a write. @returns whether it has its answer */
export function execute(call: Call, replicaSet: ReplicaSet): boolean {
  const { command } = call
  if (command.kind === 'write') {
    call.done.push(executePart(command, command.parts[call.done.length] as Part, replicaSet))
    return isAcknowledged(call, replicaSet)
  }
  const { session, collection, read, isLocal } = command
  const index = isLocal ? replicaSet.end() : replicaSet.committed()
  if (session?.isCausal) session.seen = Math.max(session.seen, index)
  call.settle(read(replicaSet.documents(collection, index)))
  return true
}

function executePart({ collection }: Write, part: Part, replicaSet: ReplicaSet) {
  try {
    const { value, document } = part(replicaSet.documents(collection, replicaSet.end()))
    if (document) replicaSet.write(collection, document)
    return { value, index: replicaSet.end() }
  } catch (error) {
    if ((error as { code?: unknown }).code !== duplicateKey) throw error
    return { value: error, index: replicaSet.end() }
  }
}

/**
 * Whether a majority has what a write has changed, and also what it has met: the answer of a write that changes
 * nothing, and that of a duplicate key, wait as well.
 */
export function isAcknowledged(call: Call, replicaSet: ReplicaSet): boolean {
  const isMajority = call.command.kind === 'write' && call.command.isMajority
  return isExecuted(call) && (!isMajority || call.done.every(({ index }) => index <= replicaSet.committed()))
}

export function acknowledge({ command, done, settle, fail }: Call): void {
  try {
    settle((command as Write).answer(done.map(({ value }) => value)))
  } catch (error) {
    fail(error as Error)
  }
}
