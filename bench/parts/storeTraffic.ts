import { sum, type Traffic } from '../load/mongoTraffic.js'
import type { Row } from '../report.js'

/** Less often than that, a command belongs to something else that the server does meanwhile. */
const minShare = 0.005

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
  const rows = kinds.map(([kind, count]) => ({ name: `${prefix}of these ${kind}`, values: [count / times] }))
  return [
    { name: `${prefix}commands`, values: [sum([...commands.values()]) / times] },
    ...rows.filter(({ values: [share] }) => (share as number) >= minShare)
  ]
}
