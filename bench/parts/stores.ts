import { findMongod, runMongod } from '../../test/helpers/mongod.js'
import type { Effort } from '../effort.js'
import { inFolder } from '../folder.js'
import type { Tables } from '../report.js'
import { measureCalls } from './storeCalls.js'
import { measureTalk } from './storeTalk.js'
import { measureTurns } from './storeTurns.js'

/** Measures the cost of a message with each store, and of other calls with MongoDB. */
export async function stores(effort: Effort): Promise<Tables> {
  if (!findMongod()) {
    console.log('The comparison of the stores is skipped: the PATH has no mongod.\n')
    return {}
  }
  return inFolder((dir) => withMongod(dir, (url) => measureStores(dir, url, effort)))
}

async function measureStores(dir: string, mongodUrl: string, effort: Effort): Promise<Tables> {
  const { rounds, roundMs, storeIdleMs: idleMs, conversations, turns, storeCalls: calls } = effort
  let number = 0
  // Each measurement has a database of its own.
  const base = { dir, rounds, roundMs, idleMs, nextUrl: () => `${mongodUrl}/bench${++number}` }
  const tables: Tables = {}
  for (const { pairs, inFlight } of [{ pairs: 1, inFlight: 1 }, ...conversations]) {
    const title = `A message in SQLite and in MongoDB, ${pairsOf(pairs)} with ${inFlight} in flight`
    tables[title] = await measureTalk({ ...base, pairs, inFlight })
  }
  for (const pairs of turns) {
    const title = `Two who take turns at two processes on one MongoDB database, ${pairsOf(pairs)}`
    tables[title] = await measureTurns({ ...base, pairs })
  }
  tables['A call with MongoDB, one at a time'] = await measureCalls({ ...base, calls })
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

const pairsOf = (count: number) => (count === 1 ? '1 pair' : `${count} pairs`)
