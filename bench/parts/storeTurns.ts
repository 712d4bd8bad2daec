import { openTrafficCounter } from '../load/mongoTraffic.js'
import { createPeople, withStoreAt } from '../load/people.js'
import { startTurns, type Turns, type TurnsOutcome } from '../load/turns.js'
import { startMessenger } from '../processes.js'
import type { Row } from '../report.js'
import { inTurn } from '../rounds.js'
import { toTrafficRows } from './storeTraffic.js'

interface TurnsOptions {
  dir: string
  /** Returns the URL of an empty database. */
  nextUrl(): string
  pairs: number
  rounds: number
  roundMs: number
}

/** What a message costs where each follows one that was stored by another process. */
export async function measureTurns({ dir, nextUrl, pairs, rounds, roundMs }: TurnsOptions): Promise<Row[]> {
  const [outcomes] = await withTurns(dir, nextUrl(), pairs, (turns) => inTurn(rounds, [() => turns.take(roundMs)]))
  return [...toRows(outcomes as TurnsOutcome[]), ...(await countTraffic(dir, nextUrl(), pairs, roundMs))]
}

async function countTraffic(dir: string, url: string, pairs: number, roundMs: number): Promise<Row[]> {
  const counter = await openTrafficCounter(url)
  let messages = 0
  const traffic = await withTurns(dir, counter.url, pairs, async (turns) => {
    // The first message of a dialog costs more.
    await turns.take(roundMs)
    return counter.countDuring(async () => {
      messages = (await turns.take(roundMs)).messages
    })
  })
  await counter.close()
  return toTrafficRows(traffic, messages)
}

/** Starts two servers on one database, on which people take turns, and ends them. */
async function withTurns<T>(dir: string, url: string, pairs: number, use: (turns: Turns) => Promise<T>): Promise<T> {
  const people = await withStoreAt(url, (store) => createPeople(store, pairs * 2))
  const servers = [await startMessenger(dir, { DB_URL: url }), await startMessenger(dir, { DB_URL: url })]
  const turns = await startTurns(servers, people)
  const result = await use(turns)
  await turns.assertStored()
  turns.close()
  for (const server of servers) await server.stop()
  return result
}

function toRows(outcomes: TurnsOutcome[]): Row[] {
  const row = (name: string, pick: (outcome: TurnsOutcome) => number) => ({ name, values: outcomes.map(pick) })
  return [
    row('CPU of both processes, us a message', ({ cpu }) => cpu),
    row('messages/s', ({ messagesPerSecond }) => messagesPerSecond),
    row('answer p50, ms', ({ latency }) => latency.p50),
    row('answer p99, ms', ({ latency }) => latency.p99)
  ]
}
