import { findMongod, runMongod } from '../../test/mongod.js'
import type { Effort } from '../effort.js'
import { inFolder } from '../folder.js'
import { type Compared, measureInTurn } from '../load/compare.js'
import { type Conversations, type Outcome, startConversations } from '../load/conversations.js'
import { openTrafficCounter, type TrafficCounter } from '../load/mongoTraffic.js'
import { createPeople, withStoreAt, withStoreOf } from '../load/people.js'
import { startMessenger } from '../processes.js'
import { type Row, ratios, type Tables } from '../report.js'
import { measureCalls } from './storeCalls.js'
import { toTrafficRows } from './storeTraffic.js'
import { measureTurns } from './storeTurns.js'

/** What a message costs the messenger with each of its stores. */
export async function stores(effort: Effort): Promise<Tables> {
  if (!findMongod()) {
    console.log('The stores are not compared: there is no mongod in the PATH.\n')
    return {}
  }
  return inFolder((dir) => withMongod(dir, (url) => measureStores(dir, url, effort)))
}

async function measureStores(dir: string, mongodUrl: string, effort: Effort): Promise<Tables> {
  const { rounds, roundMs, conversations, turns, storeCalls } = effort
  const tables: Tables = {}
  let number = 0
  // Each measurement has a database of its own.
  const nextUrl = () => `${mongodUrl}/bench${++number}`
  for (const one of [{ pairs: 1, inFlight: 1 }, ...conversations]) {
    const { pairs, inFlight } = one
    const talk = (load: Conversations) => load.talk(inFlight, roundMs)
    const compared = await inFolder((own) => compareStores(own, nextUrl(), pairs, rounds, talk))
    const rows = [...toRows(compared), ...(await countTraffic(dir, nextUrl(), pairs, talk))]
    tables[`A message in SQLite and in MongoDB, ${pairsOf(pairs)} with ${inFlight} in flight`] = rows
  }
  for (const pairs of turns) {
    const title = `Two who take turns at two processes on one MongoDB database, ${pairsOf(pairs)}`
    tables[title] = await measureTurns({ dir, nextUrl, pairs, rounds, roundMs })
  }
  tables['A call with MongoDB, one at a time'] = await measureCalls({ dir, nextUrl, rounds, calls: storeCalls })
  return tables
}

async function withMongod<T>(dir: string, use: (url: string) => Promise<T>): Promise<T> {
  const { child, url } = await runMongod(dir)
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const result = await use(url)
  process.off('exit', kill)
  kill()
  return result
}

type Talk = (load: Conversations) => Promise<Outcome>

async function compareStores(dir: string, url: string, pairs: number, rounds: number, talk: Talk): Promise<Compared[]> {
  const subjects = [
    {
      people: await withStoreOf(dir, (store) => createPeople(store, pairs * 2)),
      server: await startMessenger(dir, {}, 'messenger on SQLite')
    },
    {
      people: await withStoreAt(url, (store) => createPeople(store, pairs * 2)),
      server: await startMessenger(dir, { DB_URL: url }, 'messenger on MongoDB')
    }
  ]
  return measureInTurn(subjects, rounds, talk)
}

async function countTraffic(dir: string, url: string, pairs: number, talk: Talk): Promise<Row[]> {
  const people = await withStoreAt(url, (store) => createPeople(store, pairs * 2))
  const counter = await openTrafficCounter(url)
  const server = await startMessenger(dir, { DB_URL: counter.url })
  const load = await startConversations(server, people)
  // The first message of a dialog costs more.
  await talk(load)
  const rows = await countOnce(counter, async () => (await talk(load)).messages)
  load.close()
  await server.stop()
  await counter.close()
  return rows
}

async function countOnce(counter: TrafficCounter, run: () => Promise<number>): Promise<Row[]> {
  let messages = 0
  const traffic = await counter.countDuring(async () => {
    messages = await run()
  })
  return toTrafficRows(traffic, messages)
}

function toRows(compared: Compared[]): Row[] {
  const [sqlite, mongo] = compared.map(({ outcomes }) => outcomes.map(({ cpu }) => cpu))
  const each = (what: string, pick: (outcome: Outcome) => number): Row[] =>
    compared.map(({ name, outcomes }) => ({ name: `${name}: ${what}`, values: outcomes.map(pick) }))
  return [
    { name: "CPU of the messenger's process, MongoDB / SQLite", values: ratios(mongo, sqlite) },
    ...each('CPU, us a message', ({ cpu }) => cpu),
    ...each('messages/s', ({ messagesPerSecond }) => messagesPerSecond),
    ...each('delivery p50, ms', ({ latency }) => latency.p50),
    ...each('delivery p99, ms', ({ latency }) => latency.p99)
  ]
}

const pairsOf = (count: number) => (count === 1 ? '1 pair' : `${count} pairs`)
