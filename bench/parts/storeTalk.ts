import { inFolder } from '../folder.js'
import { type Compared, measureInTurn } from '../load/compare.js'
import { type Conversations, type Outcome, startConversations } from '../load/conversations.js'
import { openTrafficCounter } from '../load/mongoTraffic.js'
import { createPeople, withStoreAt, withStoreOf } from '../load/people.js'
import { startMessenger } from '../processes.js'
import { type Row, ratios } from '../report.js'
import { type StoreLoad, startOnMongo, toTrafficRows } from './storeLoad.js'

/** Measures the cost of a message in SQLite and in MongoDB. */
export async function measureTalk(options: StoreLoad & { inFlight: number }): Promise<Row[]> {
  const { inFlight, roundMs, idleMs } = options
  const talk = (load: Conversations) => load.talk(inFlight, roundMs, idleMs)
  return [...toRows(await compareStores(options, talk)), ...(await countTraffic(options, talk))]
}

type Talk = (load: Conversations) => Promise<Outcome>

function compareStores({ nextUrl, pairs, rounds }: StoreLoad, talk: Talk): Promise<Compared[]> {
  return inFolder(async (dir) => {
    const url = nextUrl()
    const subjects = [
      {
        people: await withStoreOf(dir, (store) => createPeople(store, pairs * 2)),
        server: await startMessenger(dir, {}, 'messenger on SQLite')
      },
      {
        people: await withStoreAt(url, (store) => createPeople(store, pairs * 2)),
        server: await startOnMongo(dir, url)
      }
    ]
    return measureInTurn(subjects, rounds, talk)
  })
}

async function countTraffic({ dir, nextUrl, pairs }: StoreLoad, talk: Talk): Promise<Row[]> {
  const counter = await openTrafficCounter(nextUrl())
  const people = await withStoreAt(counter.url, (store) => createPeople(store, pairs * 2))
  const server = await startOnMongo(dir, counter.url)
  const load = await startConversations(server, people)
  // The first message of a dialog costs more.
  await talk(load)
  let messages = 0
  const traffic = await counter.countDuring(async () => {
    messages = (await talk(load)).messages
  })
  load.close()
  await server.stop()
  await counter.close()
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
