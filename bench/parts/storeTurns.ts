import { openTrafficCounter } from '../load/mongoTraffic.js'
import { createPeople, withStoreAt } from '../load/people.js'
import { startTurns, type Turns, type TurnsOutcome } from '../load/turns.js'
import type { Row } from '../report.js'
import { inTurn } from '../rounds.js'
import { type StoreLoad, startOnMongo, toTrafficRows } from './storeLoad.js'

/** Measures the cost of a message that follows one stored by another process. */
export async function measureTurns(options: StoreLoad): Promise<Row[]> {
  const { dir, nextUrl, pairs, rounds, roundMs, idleMs } = options
  const [outcomes] = await withTurns(dir, nextUrl(), pairs, (turns) =>
    inTurn(rounds, [() => turns.take(roundMs, idleMs)])
  )
  return [...toRows(outcomes as TurnsOutcome[]), ...(await countTraffic(options))]
}

async function countTraffic({ dir, nextUrl, pairs, roundMs, idleMs }: StoreLoad): Promise<Row[]> {
  const counter = await openTrafficCounter(nextUrl())
  let messages = 0
  const traffic = await withTurns(dir, counter.url, pairs, async (turns) => {
    // The first message of a dialog costs more.
    await turns.take(roundMs, idleMs)
    return counter.countDuring(async () => {
      messages = (await turns.take(roundMs, idleMs)).messages
    })
  })
  await counter.close()
  return toTrafficRows(traffic, messages)
}

/** Starts two servers on one database for users who take turns, and stops them. */
async function withTurns<T>(dir: string, url: string, pairs: number, use: (turns: Turns) => Promise<T>): Promise<T> {
  const people = await withStoreAt(url, (store) => createPeople(store, pairs * 2))
  const servers = [await startOnMongo(dir, url), await startOnMongo(dir, url)]
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
