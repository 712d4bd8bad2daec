import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import type { WebSocket } from 'ws'
import type { Effort } from '../effort.js'
import { inFolder } from '../folder.js'
import { type Outcome, startConversations } from '../load/conversations.js'
import { call, connect, createPeople, type Person, withStoreOf } from '../load/people.js'
import { type Measured, startReference } from '../processes.js'
import type { RowsOptions } from '../references/rows.js'
import type { Row, Tables } from '../report.js'
import { percentile } from '../statistics.js'

const pairs = 20
const messagesPerSecond = 200
const bystanderEveryMs = 10
const lingersMs = [0, 1, 2]
const lingerRates = [100, 1000]

/** Measures two ideas on the durable relay: a thread for the store, and commits that wait for more rows. */
export async function disk({ roundMs, syncDelaysMs }: Effort): Promise<Tables> {
  return {
    [`A thread for SQLite: p99 at ${messagesPerSecond} messages/s, ms`]: await measureThread(syncDelaysMs, roundMs),
    'A commit that lingers': await measureLinger(roundMs)
  }
}

async function measureThread(syncDelaysMs: number[], roundMs: number): Promise<Row[]> {
  if (spawnSync('strace', ['-V']).error) throw new Error('The part disk needs strace to slow down the disk.')
  const rows: Row[] = []
  for (const delayMs of syncDelaysMs) {
    for (const inWorker of [false, true]) {
      const { outcome, answersMs } = await withRelay({ inWorker }, slowDisk(delayMs), (relay, people) => {
        return talkBesideBystander(relay, people, roundMs)
      })
      const name = `sync ${delayMs} ms longer, SQLite in ${inWorker ? 'a thread' : 'the process'}`
      rows.push(
        { name: `${name}: delivery of a message`, values: [outcome.latency.p99] },
        { name: `${name}: an answer that needs no disk`, values: [percentile(answersMs, 0.99)] }
      )
    }
  }
  return rows
}

/** Returns the launcher of a program whose disk syncs are delayed. */
function slowDisk(delayMs: number): string[] {
  const inject = `inject=fsync,fdatasync:delay_exit=${delayMs * 1000}`
  // -D: the program is the child, strace its tracer.
  return ['strace', '-D', '-f', '-qq', '--seccomp-bpf', '-o', '/dev/null', '-e', 'trace=fsync,fdatasync', '-e', inject]
}

async function talkBesideBystander(relay: Measured, people: Person[], roundMs: number) {
  const bystander = await connect(relay, people.at(-1) as Person)
  const load = await startConversations(relay, people.slice(0, -1))
  await load.talkAtRate(messagesPerSecond, roundMs / 2)
  const [outcome, answersMs] = await Promise.all([
    load.talkAtRate(messagesPerSecond, roundMs),
    askNowAndThen(bystander, roundMs)
  ])
  load.close()
  bystander.terminate()
  return { outcome, answersMs }
}

async function measureLinger(roundMs: number): Promise<Row[]> {
  const rows: Row[] = []
  for (const rate of lingerRates) {
    for (const lingerMs of lingersMs) {
      const { cpu, latency } = await withRelay({ lingerMs }, [], async (relay, people): Promise<Outcome> => {
        const load = await startConversations(relay, people.slice(0, -1))
        await load.talkAtRate(rate, roundMs / 2)
        const outcome = await load.talkAtRate(rate, roundMs)
        load.close()
        return outcome
      })
      const name = `${rate} messages/s, ${lingerMs} ms`
      rows.push(
        { name: `${name}: CPU, us a message`, values: [cpu] },
        { name: `${name}: delivery p50, ms`, values: [latency.p50] }
      )
    }
  }
  return rows
}

/** Starts a durable relay with an even number of users and a bystander. */
function withRelay<T>(
  rows: Omit<RowsOptions, 'file'>,
  launcher: string[],
  use: (relay: Measured, people: Person[]) => Promise<T>
): Promise<T> {
  return inFolder(async (dir) => {
    const people = await withStoreOf(dir, (store) => createPeople(store, 2 * pairs + 1))
    const relay = await startReference('relay', 'relay.js', { rows: { ...rows, file: join(dir, 'rows.db') } }, launcher)
    const result = await use(relay, people)
    await relay.stop()
    return result
  })
}

/** @returns the time to each answer in milliseconds */
async function askNowAndThen(socket: WebSocket, ms: number): Promise<number[]> {
  const taken: number[] = []
  const end = performance.now() + ms
  while (performance.now() < end) {
    const begin = performance.now()
    await call(socket, 'getSelfInfo')
    taken.push(performance.now() - begin)
    await setTimeout(bystanderEveryMs)
  }
  return taken
}
