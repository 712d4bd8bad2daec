import { sum, type Traffic } from '../load/mongoTraffic.js'
import { type Measured, startMessenger } from '../processes.js'
import type { Row } from '../report.js'

/** People who talk, and where and for how long. */
export interface StoreLoad {
  /** In which the servers run. */
  dir: string
  /** Returns the URL of an empty database of MongoDB. */
  nextUrl(): string
  pairs: number
  rounds: number
  roundMs: number
  /** A process has done what it puts off when it has done nothing for so long. */
  idleMs: number
}

/** A MongoDB server that shares the machine with all else may be slow; that must not end the run. */
const patience = { DB_TIMEOUT_MS: '30000' }

export function startOnMongo(dir: string, url: string): Promise<Measured> {
  return startMessenger(dir, { DB_URL: url, ...patience }, 'messenger on MongoDB')
}

/** A smaller share of all commands belongs to something else that the server does meanwhile. */
const minShare = 0.01

/** What each of some messages has asked MongoDB for. */
export function toTrafficRows(traffic: Traffic, messages: number): Row[] {
  return [
    ...toCommandRows('', traffic, messages),
    { name: 'documents written', values: [traffic.documents / messages] },
    { name: 'index entries added', values: [traffic.indexEntries / messages] },
    { name: 'times that its text goes to MongoDB', values: [traffic.textsThere / messages] },
    { name: 'times that its text comes back', values: [traffic.textsBack / messages] }
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
