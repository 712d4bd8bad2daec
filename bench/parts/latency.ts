import type { Effort } from '../effort.js'
import { compare } from '../load/compare.js'
import type { Conversations } from '../load/conversations.js'
import type { Row, Tables } from '../report.js'

const pairs = 100
const reaches = { p50: undefined, p99: 2, p999: 5 }

/** Measures the time to delivery at a fixed rate, without waiting for answers. */
export async function latency({ rounds, roundMs, messagesPerSecond }: Effort): Promise<Tables> {
  const warm = new Set<Conversations>()
  const compared = await compare({ pairs, rounds }, async (load) => {
    // A warm-up at full speed: at the fixed rate, V8 would need half a minute to compile the code.
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
