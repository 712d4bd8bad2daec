import { performance } from 'node:perf_hooks'
import type { WebSocket } from 'ws'
import type { Store } from '../../src/store/store.js'
import type { Measured } from '../processes.js'
import { percentile } from '../statistics.js'
import { call, connect, createPeople, type Person } from './people.js'

const peers = 30

/** A call whose costs are measured. */
export interface Question {
  name: string
  ask(): Promise<unknown>
}

/** Creates a reader with 30 dialogs. @param unread messages in the first dialog, besides one in each other */
export async function createReader(store: Store, unread: number): Promise<Person[]> {
  const people = await createPeople(store, peers + 1)
  const [own, first, ...others] = people as [Person, Person, ...Person[]]
  const senders = [...others, ...Array.from({ length: unread }, () => first)]
  await Promise.all(senders.map((sender) => store.messages.add({ sender, receiverTag: own.tag, text: 'hello' })))
  return people
}

/** Prepares the calls of the reader, the first of these users. */
export async function openQuestions(server: Measured, people: Person[]) {
  const [own, writer, stranger] = people.slice(0, 3) as [Person, Person, Person]
  const sockets = await Promise.all([own, writer, stranger].map((person) => connect(server, person)))
  const [reader, sender, other] = sockets as [WebSocket, WebSocket, WebSocket]
  const cursor = async () => ((await call(reader, 'getUpdates')) as { cursor: string }).cursor
  // One cursor is older than a message to the reader, one older than a message between others, one newer than both.
  const beforeOwn = await cursor()
  await call(sender, 'sendMessageToUser', [own.tag, 'new'])
  const beforeOthers = await cursor()
  await call(other, 'sendMessageToUser', [writer.tag, 'new'])
  const newest = await cursor()
  let readSeq = 0
  const questions: Question[] = [
    { name: 'getUpdates, nothing new', ask: () => call(reader, 'getUpdates', [newest]) },
    { name: "getUpdates, others' message new", ask: () => call(reader, 'getUpdates', [beforeOthers]) },
    { name: 'getUpdates, 1 message new', ask: () => call(reader, 'getUpdates', [beforeOwn]) },
    { name: `getDialogsList, ${peers} dialogs`, ask: () => call(reader, 'getDialogsList', [0, peers]) },
    {
      name: 'markMessagesWithUserAsRead',
      ask: () => call(reader, 'markMessagesWithUserAsRead', [writer.tag, ++readSeq])
    }
  ]
  const close = () => {
    for (const socket of sockets) socket.terminate()
  }
  return { questions, close }
}

/** Repeats a call, one at a time. @returns CPU time of a call in microseconds, and time to its answer in milliseconds */
export async function ask(server: Measured, question: Question, calls: number) {
  const latencies: number[] = []
  const before = server.cpuMicroseconds()
  for (let number = 0; number < calls; number++) {
    const begin = performance.now()
    await question.ask()
    latencies.push(performance.now() - begin)
  }
  return { cpu: (server.cpuMicroseconds() - before) / calls, p50: percentile(latencies, 0.5) }
}
