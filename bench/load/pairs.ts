import { performance } from 'node:perf_hooks'
import type { WebSocket } from 'ws'
import { notifications } from '../../src/schemas/notification.js'
import type { Measured } from '../processes.js'
import { connectAll, type Person, request } from './people.js'

/** Two users, of whom one writes to the other. */
export interface Pair {
  sender: WebSocket
  /** Writes the next message. @param dueAt planned time of sending, in milliseconds of `performance.now()` */
  send(dueAt?: number): void
  /** Number of messages sent since the start. */
  sent(): number
  /** Resolves when all sent messages are answered and delivered. */
  settled(): Promise<void>
  close(): void
}

interface PairEvents {
  onAnswer(pair: Pair): void
  /** Receives the time from sending to delivery of each message, in milliseconds. */
  onDelivery(ms: number): void
}

/** A text that occurs once in every message. */
export const padding = 'as long as a message in a conversation mostly is'
const settleTimeoutMs = 30_000

/**
 * Connects users in pairs. The run fails if a message or an answer is lost, doubled or reordered.
 */
export async function connectPairs(server: Measured, people: Person[], events: PairEvents): Promise<Pair[]> {
  const sockets = await connectAll(server, people)
  return sockets.flatMap((sender, index) =>
    index % 2 === 0 ? createPair(sender, sockets[index + 1] as WebSocket, people[index + 1]?.tag, events) : []
  )
}

function createPair(sender: WebSocket, receiver: WebSocket, receiverTag: string | undefined, events: PairEvents): Pair {
  const dueAt: number[] = []
  let sent = 0
  let answered = 0
  let delivered = 0
  let onSettled = () => {}

  const settle = () => {
    if (answered === sent && delivered === sent) onSettled()
  }

  sender.on('message', (data) => {
    const { id, error } = JSON.parse(String(data))
    if (typeof id !== 'number') return
    assertNext('answer', id, ++answered, error)
    events.onAnswer(pair)
    settle()
  })
  receiver.on('message', (data) => {
    const { code, body } = JSON.parse(String(data))
    if (code !== notifications.newMessage.code) return
    assertNext('message', Number.parseInt(body.text, 10), ++delivered)
    events.onDelivery(performance.now() - (dueAt.shift() as number))
    settle()
  })

  const pair: Pair = {
    sender,
    send(due = performance.now()) {
      dueAt.push(due)
      sender.send(request(++sent, 'sendMessageToUser', [receiverTag, `${sent} ${padding}`]))
    },
    sent: () => sent,
    settled: () =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          reject(new Error(`${sent} were sent, ${answered} answered, ${delivered} delivered`))
        }, settleTimeoutMs)
        onSettled = () => {
          clearTimeout(timer)
          onSettled = () => {}
          resolve()
        }
        settle()
      }),
    close() {
      sender.terminate()
      receiver.terminate()
    }
  }
  return pair
}

function assertNext(what: string, actual: number, expected: number, error?: unknown): void {
  if (error) throw new Error(`${what} ${actual} is ${JSON.stringify(error)}`)
  if (actual !== expected) throw new Error(`${what} ${actual} came where ${expected} was to come`)
}
