import { setImmediate } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { Served } from './serve.js'

// RFC 6455, 7.4.1
const goingAway = 1001

// So many connections are closed between two turns of the event loop.
const sliceSize = 500

export interface CloseOptions {
  /** How long clients are asked to wait before they come back. */
  reconnectAfterMs: number
  /** How long running calls have to end. */
  drainTimeoutMs: number
}

/** Clients are told, what has been read is answered, then every connection is closed, and it is waited for. */
export async function closeConnections(
  { notifier, websocketServer }: FastifyInstance,
  served: Served,
  { reconnectAfterMs, drainTimeoutMs }: CloseOptions
): Promise<void> {
  notifier.notifyAll('serverShutdown', { reconnectAfterMs })
  served.isReading = false
  const running = Array.from(served.lanes.values(), (lane) => lane.idle())
  await settledWithin(Promise.all(running), drainTimeoutMs)
  served.isAnswering = false
  // Answers leave at the end of the turn in which they were given.
  await setImmediate()

  const closed: Promise<unknown>[] = []
  for (const client of websocketServer.clients) {
    closed.push(new Promise((resolve) => client.once('close', resolve)))
    client.close(goingAway)
    if (closed.length % sliceSize === 0) await setImmediate()
  }
  await Promise.all(closed)
}

async function settledWithin(promise: Promise<unknown>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise((resolve) => {
    timer = setTimeout(resolve, timeoutMs)
  })
  await Promise.race([promise, timeout])
  clearTimeout(timer)
}
