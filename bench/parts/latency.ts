import type { Effort } from '../effort.js'
import { compare } from '../load/compare.js'
import type { Conversations } from '../load/conversations.js'
import type { Row, Tables } from '../report.js'

const pairs = 100
const reaches = { p50: undefined, p99: 2, p999: 5 }

/** How long a message takes to its receiver at a rate that does not wait for answers. */
export async function latency({ rounds, roundMs, messagesPerSecond }: Effort): Promise<Tables> {
  const warm = new Set<Conversations>()
  const compared = await compare({ pairs, rounds }, async (load) => {
    // At such a rate it would take V8 half a minute to compile what is used.
    if (!warm.has(load)) await load.talk(1, roundMs)
    warm.add(load)
    return load.talkAtRate(messagesPerSecond, roundMs)
  })
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
