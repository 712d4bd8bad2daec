import { hash } from 'node:crypto'
import { sessionsOf } from '../../../../src/store/mongo/connect.js'
import { openStoreIn } from '../../../../src/store/mongo/index.js'
import type { Store, StoreObserver } from '../../../../src/store/store.js'
import { acknowledge, type Call, type Command, canExecute, execute, type Session } from './calls.js'
import { createModelDatabase } from './database.js'
import type { ReplicaSet } from './replicaSet.js'
import type { Told } from './scenario.js'

/** A process of the server: the real store on the model of a database. */
export interface Process {
  name: string
  store: Store
  /** Calls that it has sent and that have no answer, in order. */
  calls: Call[]
  /** Ends its pauses, of which each began with the database in some state. */
  pauses: { since: number; end(): void }[]
  sessions: Set<Session>
  isDead: boolean
  /** Whether calls are executed as soon as they are sent. */
  isAlone: boolean
  /** Distinguishes by everything that it has been answered. */
  print(): string
  /** Calls back when it dies. */
  onDeath: (() => void)[]
  onNewPrimary: (() => void)[]
}

// They never change after the beginning. So the time of a read does not matter.
const fixed = new Set(['users', 'epochs'])

/** Opens a process; nothing else happens meanwhile. */
export async function openProcess(name: string, replicaSet: ReplicaSet): Promise<Process> {
  const process: Process = {
    name,
    store: undefined as unknown as Store,
    calls: [],
    pauses: [],
    sessions: new Set(),
    isDead: false,
    isAlone: true,
    print,
    onDeath: [],
    onNewPrimary: []
  }
  let sent = 0
  let answers: [number: number, answer: unknown][] = []
  let printed = ''

  function print(): string {
    if (answers.length > 0) printed = hash('sha1', printed + JSON.stringify(answers), 'base64')
    answers = []
    return printed
  }

  function submit(command: Command): Promise<unknown> {
    return new Promise((resolve, reject) => {
      sent++
      const call: Call = {
        command,
        number: sent,
        after: command.kind === 'read' ? (command.session?.seen ?? 0) : 0,
        done: [],
        settle(answer) {
          answers.push([call.number, answer])
          resolve(answer)
        },
        fail(error) {
          answers.push([call.number, error.message])
          reject(error)
        }
      }
      if (process.isAlone || (fixed.has(command.collection) && command.kind === 'read')) finishAtOnce(call, replicaSet)
      else process.calls.push(call)
    })
  }

  async function withSession<T>(
    { causalConsistency }: { causalConsistency: boolean },
    read: (session: Session) => Promise<T>
  ): Promise<T> {
    const session = { isCausal: causalConsistency, seen: 0 }
    process.sessions.add(session)
    return read(session).finally(() => process.sessions.delete(session))
  }

  const client = { withSession } as unknown as Parameters<typeof sessionsOf>[0]
  const connection = {
    database: createModelDatabase(submit),
    inSession: sessionsOf(client, () => true),
    isReplicaSet: () => true,
    onNewPrimary: (listener: () => void) => void process.onNewPrimary.push(listener)
  }
  async function pause() {
    if (process.isAlone) return
    await new Promise<void>((end) => void process.pauses.push({ since: replicaSet.changes(), end }))
  }
  const onMessage: StoreObserver['onMessage'] = ({ needsPush }, { text, origin }) => {
    if (needsPush) (origin as Told | undefined)?.pushed.push(text)
  }
  process.store = await openStoreIn(connection, { timeoutMs: 1e9, onNotice() {}, pause, onMessage })
  return process
}

/** Executes a call as if nothing else happened; in a session it is as old as it may be. */
function finishAtOnce(call: Call, replicaSet: ReplicaSet): void {
  const { command } = call
  if (command.kind === 'read') {
    call.settle(command.read(replicaSet.documents(command.collection, replicaSet.committed())))
    return
  }
  while (canExecute(call, replicaSet)) execute(call, replicaSet)
  while (replicaSet.committed() < replicaSet.end()) replicaSet.commitNext()
  acknowledge(call)
}
