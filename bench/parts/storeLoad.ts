import { sum, type Traffic } from '../load/mongoTraffic.js'
import { type Measured, startMessenger } from '../processes.js'
import type { Row } from '../report.js'

/** People who talk, and where and for how long. */
export interface StoreLoad {
  /** Folder in which the servers run. */
  dir: string
  /** Returns the URL of an empty database of MongoDB. */
  nextUrl(): string
  pairs: number
  rounds: number
  roundMs: number
  /** A process that has done nothing for this time has done what it puts off. */
  idleMs: number
}

/** A MongoDB server that shares the machine with all else may be slow. That must not end the run. */
const patience = { DB_TIMEOUT_MS: '30000' }

export function startOnMongo(dir: string, url: string): Promise<Measured> {
  return startMessenger(dir, { DB_URL: url, ...patience }, 'messenger on MongoDB')
}

/** A smaller share of all commands belongs to something else that the server does meanwhile. */
const minShare = 0.01

/** Returns what a message has asked MongoDB for, on the average. */
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
