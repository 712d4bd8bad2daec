import { setTimeout } from 'node:timers/promises'
import type { Effort } from '../effort.js'
import { inFolder } from '../folder.js'
import { connectAll, createPeople, type Person, withStoreOf } from '../load/people.js'
import { type Measured, startMessenger, startReference } from '../processes.js'
import type { Tables } from '../report.js'

const kibibyte = 1024

/** Measures the memory of an idle, authenticated connection. Each connection belongs to another user. */
export async function memory({ idleConnections, idleMs }: Effort): Promise<Tables> {
  // The first connections load code and caches that all connections share.
  const firstConnections = Math.ceil(idleConnections / 40)
  const rows = await inFolder(async (dir) => {
    const people = await withStoreOf(dir, (store) => createPeople(store, firstConnections + idleConnections))
    const servers = [await startReference('bare @fastify/websocket', 'handshake.js'), await startMessenger(dir)]
    const reaches: Record<string, number> = { messenger: 12 }
    const rows = []
    for (const server of servers) {
      const values = [await measure(server, people, firstConnections, idleMs)]
      rows.push({ name: server.name, values, reach: reaches[server.name] })
      await server.stop()
    }
    return rows
  })
  return { [`Resident memory of an idle connection, ${idleConnections} of them, KiB`]: rows }
}

async function measure(server: Measured, people: Person[], firstConnections: number, idleMs: number): Promise<number> {
  const first = await connectAll(server, people.slice(0, firstConnections))
  await setTimeout(idleMs)
  const before = server.residentBytes()
  const idle = await connectAll(server, people.slice(firstConnections))
  await setTimeout(idleMs)
  const bytes = (server.residentBytes() - before) / idle.length
  for (const socket of [...first, ...idle]) socket.terminate()
  return bytes / kibibyte
}
