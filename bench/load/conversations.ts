import { performance } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { type Measured, untilIdle } from '../processes.js'
import { percentile } from '../statistics.js'
import { connectPairs, type Pair } from './pairs.js'
import { call, type Person } from './people.js'

export interface Conversations {
  /** Keeps requests of each pair in flight for `ms`. @param idleMs milliseconds without CPU use that end the measurement */
  talk(inFlight: number, ms: number, idleMs?: number): Promise<Outcome>
  /** Sends messages at a fixed rate of all pairs together, without waiting for answers (open loop). */
  talkAtRate(messagesPerSecond: number, ms: number): Promise<Outcome>
  /** @throws {Error} unless the messenger has stored all sent messages, and each dialog ends with the pair's last one */
  assertStored(): Promise<void>
  close(): void
}

export interface Outcome {
  messages: number
  /** CPU time of the server, in microseconds a message. */
  cpu: number
  messagesPerSecond: number
  /** Milliseconds from the planned time of a message to its delivery. */
  latency: { p50: number; p99: number; p999: number }
}

/** Connects users in pairs. */
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

/** Reads the clock in every turn of the event loop, because a timer is up to a millisecond late. */
function sendAtRate(pairs: Pair[], messagesPerSecond: number, ms: number): Promise<void> {
  const begin = performance.now()
  const messages = (messagesPerSecond * ms) / 1000
  let sent = 0
  return new Promise((resolve) => {
    // A promise in each turn would cause garbage collections in the time of the server.
    function turn() {
      const due = begin + (sent * 1000) / messagesPerSecond
      if (performance.now() >= due) pairs[sent++ % pairs.length]?.send(due)
      if (sent < messages) setImmediate(turn)
      else resolve()
    }
    turn()
  })
}
