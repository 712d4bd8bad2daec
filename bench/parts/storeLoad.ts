import { sum } from '../load/indexEntries.js'
import type { Traffic } from '../load/mongoTraffic.js'
import { type Measured, startMessenger } from '../processes.js'
import type { Row } from '../report.js'

/** A load: its users, folder, databases and duration. */
export interface StoreLoad {
  /** Folder in which the servers run. */
  dir: string
  /** Returns the URL of an empty database of MongoDB. */
  nextUrl(): string
  pairs: number
  rounds: number
  roundMs: number
  /** Milliseconds without CPU use after which the deferred work of a process is taken as done. */
  idleMs: number
}

/** Timeouts of the store are long, because a MongoDB server that shares the machine may be slow. */
const slowServerTimeouts = { DB_TIMEOUT_MS: '30000' }

export function startOnMongo(dir: string, url: string): Promise<Measured> {
  return startMessenger(dir, { DB_URL: url, ...slowServerTimeouts }, 'messenger on MongoDB')
}

/** Minimum share of a kind of command. Rarer kinds belong to background work of the server. */
const minShare = 0.01

/** Returns the average commands, documents and index entries of a message. */
export function toTrafficRows(traffic: Traffic, messages: number): Row[] {
  return [
    ...toCommandRows('', traffic, messages),
    { name: 'documents written', values: [traffic.documents / messages] },
    { name: 'index entries added', values: [traffic.indexEntries / messages] },
    { name: 'copies of its text to MongoDB', values: [traffic.textsThere / messages] },
    { name: 'copies of its text back', values: [traffic.textsBack / messages] }
  ]
}

/** @param prefix of each row's name */
export function toCommandRows(prefix: string, { commands }: Traffic, times: number): Row[] {
  const kinds = [...commands].sort(([, one], [, other]) => other - one)
  const all = sum([...commands.values()])
  const main = kinds.filter(([, count]) => count >= minShare * all)
  return [
    { name: `${prefix}commands`, values: [all / times] },
    ...main.map(([kind, count]) => ({ name: `${prefix}of these ${kind}`, values: [count / times] }))
  ]
}
