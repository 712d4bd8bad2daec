import { setImmediate } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { cutOff } from '../rpc/method.js'
import { withinTime } from '../store/deadline.js'
import type { WebSocketOptions } from './options.js'
import type { Served } from './serve.js'

// RFC 6455, 7.4.1
const goingAway = 1001

/** Connections that are closed in one turn of the event loop. */
const sliceSize = 500

/** Notifies clients, answers the calls that have been read, and closes every connection. Resolves when all are closed. */
export async function closeConnections(
  { notifier, websocketServer }: FastifyInstance,
  served: Served,
  { reconnectAfterMs, drainTimeoutMs }: WebSocketOptions
): Promise<void> {
  notifier.notifyAll('serverShutdown', { reconnectAfterMs })
  served.isReading = false
  const drained = Promise.all(Array.from(served.queues.values(), (queue) => queue.idle()))
  const late = new Error('Calls have not ended in time.')
  await withinTime(drained, drainTimeoutMs, () => late).catch(() => {})
  for (const { gone } of served.queues.keys()) cutOff(gone)

  const closed: Promise<unknown>[] = []
  for (const client of websocketServer.clients) {
    closed.push(new Promise((resolve) => client.once('close', resolve)))
    client.close(goingAway)
    if (closed.length % sliceSize === 0) await setImmediate()
  }
  await Promise.all(closed)
}
