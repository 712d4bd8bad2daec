/** What an idle, authorized connection costs the server: resident memory before and after opening many. */
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { signUp, startServer, temporaryFolder } from './serverProcess.js'

const rounds = 4
const connectionsPerRound = 2000
const settleMs = 3000

const { dir, remove } = temporaryFolder()
const server = await startServer(dir)
const cookie = await signUp(server.url, 'ann')
const url = `${server.url.replace('http', 'ws')}/api`
const sockets: WebSocket[] = []

async function open() {
  const socket = new WebSocket(url, { headers: { cookie }, perMessageDeflate: false })
  await once(socket, 'open')
  sockets.push(socket)
}

const kib = (bytes: number) => (bytes / 1024).toFixed(1)

// The first connections bring code and caches into memory that the others share.
for (let index = 0; index < 200; index++) await open()
await delay(settleMs)
const start = server.residentBytes()
console.log('connections  resident KiB  KiB per connection')
for (let round = 1; round <= rounds; round++) {
  for (let index = 0; index < connectionsPerRound; index++) await open()
  await delay(settleMs)
  const resident = server.residentBytes()
  const count = round * connectionsPerRound
  console.log(`${count}`.padEnd(12), kib(resident).padEnd(13), kib((resident - start) / count))
}
for (const socket of sockets) socket.terminate()
await server.stop()
remove()
