import type { Effort } from '../effort.js'
import { compare } from '../load/compare.js'
import type { Row, Tables } from '../report.js'

const pairs = 100
const reaches = { p50: undefined, p99: 2, p999: 5 }

/** How long a message takes to its receiver at a rate that does not wait for answers. */
export async function latency({ rounds, roundMs, messagesPerSecond }: Effort): Promise<Tables> {
  const compared = await compare({ pairs, rounds }, (load) => load.talkAtRate(messagesPerSecond, roundMs))
  const rows = compared.flatMap(({ name, outcomes }): Row[] => {
    const isReference = name !== 'messenger'
    return (['p50', 'p99', 'p999'] as const).map((share) => ({
      name: `${name}: ${share}`,
      values: outcomes.map((outcome) => outcome.latency[share]),
      reach: isReference ? undefined : reaches[share]
    }))
  })
  return { [`Delivery at ${messagesPerSecond} messages/s, ms`]: rows }
}
