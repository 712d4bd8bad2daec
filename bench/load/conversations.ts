import { performance } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { type Measured, untilIdle } from '../processes.js'
import { percentile } from '../statistics.js'
import { connectPairs, type Pair } from './pairs.js'
import { call, type Person } from './people.js'

export interface Conversations {
  /** Keeps requests of each pair in flight for `ms`. @param idleMs how long the server does nothing afterwards */
  talk(inFlight: number, ms: number, idleMs?: number): Promise<Outcome>
  /** For so long, the pairs send so many messages a second together, however long their answers take (open loop). */
  talkAtRate(messagesPerSecond: number, ms: number): Promise<Outcome>
  /** @throws {Error} unless the messenger has stored as many messages as were sent, and each pair's last one is its last */
  assertStored(): Promise<void>
  close(): void
}

export interface Outcome {
  messages: number
  /** CPU time of the server, in microseconds a message. */
  cpu: number
  messagesPerSecond: number
  /** From when a message was to be sent to its delivery, in milliseconds. */
  latency: { p50: number; p99: number; p999: number }
}

/** Connects people, two by two. */
export async function startConversations(server: Measured, people: Person[]): Promise<Conversations> {
  let latencies: number[] = []
  let onAnswer = (_pair: Pair) => {}
  const pairs = await connectPairs(server, people, {
    onAnswer: (pair) => onAnswer(pair),
    onDelivery: (ms) => latencies.push(ms)
  })
  const sent = () => pairs.reduce((sum, pair) => sum + pair.sent(), 0)

  async function measure(send: () => Promise<void>, idleMs = 0): Promise<Outcome> {
    latencies = []
    const before = { sent: sent(), cpu: server.cpuMicroseconds(), ms: performance.now() }
    await send()
    await Promise.all(pairs.map((pair) => pair.settled()))
    const messages = sent() - before.sent
    const seconds = (performance.now() - before.ms) / 1000
    if (idleMs > 0) await untilIdle(server, idleMs)
    return {
      messages,
      cpu: (server.cpuMicroseconds() - before.cpu) / messages,
      messagesPerSecond: messages / seconds,
      latency: {
        p50: percentile(latencies, 0.5),
        p99: percentile(latencies, 0.99),
        p999: percentile(latencies, 0.999)
      }
    }
  }

  return {
    talk: (inFlight, ms, idleMs) =>
      measure(async () => {
        onAnswer = (pair) => pair.send()
        for (let number = 0; number < inFlight; number++) for (const pair of pairs) pair.send()
        await setTimeout(ms)
        onAnswer = () => {}
      }, idleMs),

    talkAtRate: (messagesPerSecond, ms) => measure(() => sendAtRate(pairs, messagesPerSecond, ms)),

    async assertStored() {
      for (const { sender, sent } of pairs) {
        const [last] = (await call(sender, 'getDialogsList')) as { lastSeq: number; text: string }[]
        const isComplete = last?.lastSeq === sent() && Number.parseInt(last.text, 10) === sent()
        if (!isComplete) throw new Error(`${sent()} messages were sent, the last one is ${JSON.stringify(last)}`)
      }
    },

    close() {
      for (const pair of pairs) pair.close()
    }
  }
}

/** Looks at the clock in every turn of the event loop, since a timer would be late by up to a millisecond. */
function sendAtRate(pairs: Pair[], messagesPerSecond: number, ms: number): Promise<void> {
  const begin = performance.now()
  const messages = (messagesPerSecond * ms) / 1000
  let sent = 0
  return new Promise((resolve) => {
    // No promise in each turn: the garbage would be collected in the time of the server.
    function turn() {
      const due = begin + (sent * 1000) / messagesPerSecond
      if (performance.now() >= due) pairs[sent++ % pairs.length]?.send(due)
      if (sent < messages) setImmediate(turn)
      else resolve()
    }
    turn()
  })
}
