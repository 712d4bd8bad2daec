import { performance } from 'node:perf_hooks'
import type { WebSocket } from 'ws'
import { type Measured, untilIdle } from '../processes.js'
import { percentile } from '../statistics.js'
import { padding } from './pairs.js'
import { call, connectAll, type Person } from './people.js'

export interface Turns {
  /** Lets each pair write in turn for `ms`, at least 4 times. @param idleMs milliseconds without CPU use that end the measurement */
  take(ms: number, idleMs: number): Promise<TurnsOutcome>
  /** @throws {Error} unless the dialog of each pair ends with the last message, at its number */
  assertStored(): Promise<void>
  close(): void
}

export interface TurnsOutcome {
  messages: number
  /** CPU time of both servers, in microseconds a message. */
  cpu: number
  messagesPerSecond: number
  /** Milliseconds from a call to its answer. */
  latency: { p50: number; p99: number }
}

interface Side {
  socket: WebSocket
  peerTag: string
}

interface Couple {
  sides: Side[]
  sent: number
}

// The first message of a process in a dialog costs more, and a slow machine might send no others.
const minTurns = 4

/**
 * Connects users in pairs to two servers with one database. Neither server learns of the other's messages: each
 * message follows one that is unknown to its server.
 */
export async function startTurns(servers: Measured[], people: Person[]): Promise<Turns> {
  const couples = await connectCouples(servers, people)
  const cpu = () => servers.reduce((sum, server) => sum + server.cpuMicroseconds(), 0)

  async function sendNext(couple: Couple) {
    const { socket, peerTag } = couple.sides[couple.sent % 2] as Side
    const text = `${++couple.sent} ${padding}`
    const { message } = (await call(socket, 'sendMessageToUser', [peerTag, text])) as { message: { seq: number } }
    if (message.seq !== couple.sent) throw new Error(`Message ${couple.sent} got the number ${message.seq}`)
  }

  return {
    async take(ms, idleMs) {
      const latencies: number[] = []
      const begin = performance.now()
      const cpuBefore = cpu()
      const taking = couples.map(async (couple) => {
        for (let turn = 0; turn < minTurns || performance.now() < begin + ms; turn++) {
          const at = performance.now()
          await sendNext(couple)
          latencies.push(performance.now() - at)
        }
      })
      await Promise.all(taking)
      const seconds = (performance.now() - begin) / 1000
      await Promise.all(servers.map((server) => untilIdle(server, idleMs)))
      return {
        messages: latencies.length,
        cpu: (cpu() - cpuBefore) / latencies.length,
        messagesPerSecond: latencies.length / seconds,
        latency: { p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) }
      }
    },

    async assertStored() {
      for (const { sides, sent } of couples) {
        const [last] = (await call(sides[0]?.socket as WebSocket, 'getDialogsList')) as [Last?]
        const isComplete = last?.lastSeq === sent && Number.parseInt(last.text, 10) === sent
        if (!isComplete) throw new Error(`${sent} messages were sent, the last one is ${JSON.stringify(last)}`)
      }
    },

    close() {
      for (const { sides } of couples) for (const { socket } of sides) socket.terminate()
    }
  }
}

interface Last {
  lastSeq: number
  text: string
}

async function connectCouples([one, other]: Measured[], people: Person[]): Promise<Couple[]> {
  const left = people.filter((_, index) => index % 2 === 0)
  const right = people.filter((_, index) => index % 2 === 1)
  const lefts = await connectAll(one as Measured, left)
  const rights = await connectAll(other as Measured, right)
  return left.map(({ tag }, index) => ({
    sides: [
      { socket: lefts[index] as WebSocket, peerTag: (right[index] as Person).tag },
      { socket: rights[index] as WebSocket, peerTag: tag }
    ],
    sent: 0
  }))
}
