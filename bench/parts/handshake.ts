import { setTimeout } from 'node:timers/promises'
import type { Effort } from '../effort.js'
import { inFolder } from '../folder.js'
import { connectAll, createPeople, type Person, withStoreOf } from '../load/people.js'
import { type Measured, startMessenger, startReference } from '../processes.js'
import { ratios, type Tables } from '../report.js'
import { inTurn } from '../rounds.js'

// Twice the time for which a user stays online after the last connection.
const settleMs = 2000

/** Measures the cost of a handshake. Each connection is the first one of its user. */
export async function handshake({ rounds, handshakes }: Effort): Promise<Tables> {
  const [bare, messenger] = await inFolder(async (dir) => {
    const people = await withStoreOf(dir, (store) => createPeople(store, handshakes))
    const servers = [await startReference('bare', 'handshake.js'), await startMessenger(dir)]
    const results = await inTurn(
      rounds,
      servers.map((server) => () => letIn(server, people))
    )
    for (const server of servers) await server.stop()
    return results
  })
  return {
    'A handshake': [
      { name: 'CPU, messenger / bare @fastify/websocket', values: ratios(messenger, bare), reach: 1.5 },
      { name: 'bare @fastify/websocket: CPU, us', values: bare ?? [] },
      { name: 'messenger: CPU, us', values: messenger ?? [] }
    ]
  }
}

/** @returns CPU time of a handshake in microseconds, including its presence and its close */
async function letIn(server: Measured, people: Person[]): Promise<number> {
  const before = server.cpuMicroseconds()
  const sockets = await connectAll(server, people)
  await setTimeout(settleMs)
  const cpu = (server.cpuMicroseconds() - before) / people.length
  for (const socket of sockets) socket.terminate()
  await setTimeout(settleMs)
  return cpu
}
