/** What reading costs with few and with many stored messages: CPU time of the server per call, and the ratio. */
import { once } from 'node:events'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { openSqliteStore } from '../src/store/sqlite/index.js'
import { signUp, startServer, temporaryFolder } from './serverProcess.js'

const sizes = [10_000, 1_000_000]
const peers = 100
const calls = 3000
const rounds = 5
const messagesPerGroup = 2000
const busyTimeoutMs = 5000

interface History {
  messages: number
  /** One message has come after it. */
  cursor: string
}

interface Call {
  title: string
  method: string
  params(history: History): unknown[]
}

const measured: Call[] = [
  { title: 'getDialogsList(0, 30)', method: 'getDialogsList', params: () => [0, 30] },
  { title: 'getMessagesWithUser, newest 100', method: 'getMessagesWithUser', params: () => ['@peer7', 0, 100] },
  {
    title: 'getMessagesWithUser, oldest 100',
    method: 'getMessagesWithUser',
    params: ({ messages }) => ['@peer7', messages / peers - 100, messages / peers]
  },
  { title: 'getUpdates, 1 new message', method: 'getUpdates', params: ({ cursor }) => [cursor] }
]

/** Fills a store with messages between ann and her peers. */
async function fill(dir: string, messages: number) {
  const store = openSqliteStore(join(dir, 'data', 'messenger.db'), busyTimeoutMs)
  const ids: string[] = []
  for (let index = 0; index < peers; index++) {
    const account = { tag: `@peer${index}`, firstName: 'Peer', lastName: 'Test', passwordHash: '', img: 'default.jpg' }
    ids.push((await store.createUser({ ...account, email: `peer${index}@test.example` }))._id)
  }
  const ann = (await store.findUserByEmail('ann@test.example'))?._id as string
  for (let first = 0; first < messages; first += messagesPerGroup) {
    const group = Array.from({ length: messagesPerGroup }, (_, index) => {
      const peer = ids[(first + index) % peers] as string
      const [senderId, receiverId] = index % 2 ? [ann, peer] : [peer, ann]
      return store.addMessage({ senderId, receiverId, text: `This is message ${first + index} of the history.` })
    })
    await Promise.all(group)
  }
  await store.close()
}

async function ask(socket: WebSocket, method: string, params: unknown[]) {
  socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }))
  const [answer] = await once(socket, 'message')
  return JSON.parse(String(answer)).result
}

async function measure(socket: WebSocket, cpuMicroseconds: () => number, { method, params }: Call, history: History) {
  const frame = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: params(history) })
  const before = cpuMicroseconds()
  for (let index = 0; index < calls; index++) {
    socket.send(frame)
    await once(socket, 'message')
  }
  return (cpuMicroseconds() - before) / calls
}

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] as number

const servers = []
for (const messages of sizes) {
  const { dir, remove } = temporaryFolder()
  const first = await startServer(dir)
  const cookie = await signUp(first.url, 'ann')
  await first.stop()
  await fill(dir, messages)
  const server = await startServer(dir)
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/api`, { headers: { cookie } })
  await once(socket, 'message')
  const { cursor } = await ask(socket, 'getUpdates', [])
  await ask(socket, 'sendMessageToUser', ['@peer7', 'new'])
  servers.push({ history: { messages, cursor }, server, socket, remove })
}

console.log(`CPU of the server in us per call, median of ${rounds} rounds of ${calls} calls`)
console.log('call'.padEnd(34), ...sizes.map((size) => `${size} messages`.padStart(18)), 'ratio'.padStart(8))
for (const call of measured) {
  const results = servers.map(() => [] as number[])
  for (let round = 0; round < rounds; round++) {
    for (const [index, { server, socket, history }] of servers.entries()) {
      results[index]?.push(await measure(socket, server.cpuMicroseconds, call, history))
    }
  }
  const [few, many] = results.map(median) as [number, number]
  console.log(
    call.title.padEnd(34),
    few.toFixed(0).padStart(18),
    many.toFixed(0).padStart(18),
    (many / few).toFixed(2).padStart(8)
  )
}
for (const { server, socket, remove } of servers) {
  socket.terminate()
  await server.stop()
  remove()
}
