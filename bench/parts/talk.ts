import type { Effort } from '../effort.js'
import { type Compared, compare } from '../load/compare.js'
import type { Outcome } from '../load/conversations.js'
import { type Row, ratios, type Tables } from '../report.js'

const reaches: Record<number, number> = { 1: 1.6, 8: 1.8 }
const mebibyte = 2 ** 20

/** Measures the cost of a message that is stored, acknowledged and delivered. */
export async function talk({ rounds, roundMs, conversations }: Effort): Promise<Tables> {
  const tables: Tables = {}
  for (const { pairs, inFlight } of conversations) {
    const compared = await compare({ pairs, rounds }, (load) => load.talk(inFlight, roundMs))
    tables[`A message, ${pairs} pairs with ${inFlight} in flight`] = toRows(compared, reaches[inFlight])
  }
  return tables
}

function toRows(compared: Compared[], reach: number | undefined): Row[] {
  const [relay, durableRelay, messenger] = compared.map(({ outcomes }) => outcomes.map(({ cpu }) => cpu))
  const each = (what: string, pick: (outcome: Outcome) => number): Row[] =>
    compared.map(({ name, outcomes }) => ({ name: `${name}: ${what}`, values: outcomes.map(pick) }))
  return [
    { name: 'CPU, messenger / relay', values: ratios(messenger, relay), reach },
    { name: 'CPU, messenger / durable relay', values: ratios(messenger, durableRelay) },
    ...each('CPU, us a message', ({ cpu }) => cpu),
    ...each('messages/s', ({ messagesPerSecond }) => messagesPerSecond),
    ...each('delivery p99, ms', ({ latency }) => latency.p99),
    ...compared.map(({ name, residentBytes }) => {
      return { name: `${name}: resident memory, MiB`, values: [residentBytes / mebibyte] }
    })
  ]
}
