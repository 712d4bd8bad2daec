import { findMongod, runMongod } from '../../test/mongod.js'
import type { Effort } from '../effort.js'
import { inFolder } from '../folder.js'
import { type Compared, measureInTurn } from '../load/compare.js'
import { createPeople, withStoreAt, withStoreOf } from '../load/people.js'
import { startMessenger } from '../processes.js'
import { type Row, ratios, type Tables } from '../report.js'

/** What a message costs the messenger with each of its stores. */
export async function stores({ rounds, roundMs, conversations }: Effort): Promise<Tables> {
  if (!findMongod()) {
    console.log('The stores are not compared: there is no mongod in the PATH.\n')
    return {}
  }
  const tables: Tables = {}
  for (const { pairs, inFlight } of conversations) {
    const compared = await compareStores(pairs, rounds, inFlight, roundMs)
    tables[`A message in SQLite and in MongoDB, ${pairs} pairs with ${inFlight} in flight`] = toRows(compared)
  }
  return tables
}

function compareStores(pairs: number, rounds: number, inFlight: number, roundMs: number): Promise<Compared[]> {
  return inFolder(async (dir) => {
    const mongod = await runMongod(dir)
    const kill = () => mongod.child.kill('SIGKILL')
    process.once('exit', kill)
    const url = `${mongod.url}/bench`
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
    const compared = await measureInTurn(subjects, rounds, (load) => load.talk(inFlight, roundMs))
    process.off('exit', kill)
    kill()
    return compared
  })
}

function toRows(compared: Compared[]): Row[] {
  const [sqlite, mongo] = compared.map(({ outcomes }) => outcomes.map(({ cpu }) => cpu))
  return [
    { name: "CPU of the messenger's process, MongoDB / SQLite", values: ratios(mongo, sqlite) },
    ...compared.map(({ name, outcomes }) => ({
      name: `${name}: CPU, us a message`,
      values: outcomes.map(({ cpu }) => cpu)
    })),
    ...compared.map(({ name, outcomes }) => ({
      name: `${name}: messages/s`,
      values: outcomes.map(({ messagesPerSecond }) => messagesPerSecond)
    })),
    ...compared.map(({ name, outcomes }) => ({
      name: `${name}: delivery p50, ms`,
      values: outcomes.map(({ latency }) => latency.p50)
    }))
  ]
}
