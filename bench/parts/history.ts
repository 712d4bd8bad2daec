import { join } from 'node:path'
import type { WebSocket } from 'ws'
import type { Store } from '../../src/store/store.js'
import type { Effort } from '../effort.js'
import { inFolder } from '../folder.js'
import { call, connect, createPeople, type Person, request, withStoreOf } from '../load/people.js'
import { type Measured, startMessenger } from '../processes.js'
import { type Row, ratios, type Tables } from '../report.js'
import { inTurn } from '../rounds.js'

const peers = 100
const messagesPerCommit = 2000
// Several calls keep the server busy. Otherwise the figures would include a wake-up for each call.
const callsInFlight = 8

interface History {
  messages: number
  server: Measured
  socket: WebSocket
  /** A cursor before the newest message. */
  cursor: string
}

interface Question {
  method: string
  what: string
  params(history: History): unknown[]
  reach?: number
}

const questions: Question[] = [
  { method: 'getDialogsList', what: '30 dialogs', params: () => [0, 30], reach: 300 },
  { method: 'getMessagesWithUser', what: 'newest 100', params: () => ['@p7', 0, 100] },
  {
    method: 'getMessagesWithUser',
    what: 'oldest 100',
    params: ({ messages }) => ['@p7', Math.max(messages / peers - 100, 0), messages / peers]
  },
  { method: 'getUpdates', what: '1 new message', params: ({ cursor }) => [cursor] }
]

/** Measures the cost of reading with few and with many stored messages of one user. */
export async function history({ rounds, histories, calls }: Effort): Promise<Tables> {
  const [few, many] = histories
  const rows = await inFolder(async (dir) => {
    const opened = [await openHistory(join(dir, 'few'), few), await openHistory(join(dir, 'many'), many)]
    const rows: Row[] = []
    for (const question of questions) {
      const { method, what, reach } = question
      const [ofFew, ofMany] = await inTurn(
        rounds,
        opened.map((one) => () => ask(one, question, calls))
      )
      rows.push(
        { name: `${method}, ${what}: ${many} / ${few} messages`, values: ratios(ofMany, ofFew), reach: 1.2 },
        { name: `${method}, ${what}: CPU, us with ${many}`, values: ofMany ?? [], reach }
      )
    }
    for (const { socket, server } of opened) {
      socket.terminate()
      await server.stop()
    }
    return rows
  })
  return { 'Reading a long history': rows }
}

async function openHistory(dir: string, messages: number): Promise<History> {
  const own = await withStoreOf(dir, async (store) => {
    const [own, ...others] = await createPeople(store, peers + 1)
    await fill(store, own as Person, others, messages)
    return own as Person
  })
  const server = await startMessenger(dir)
  const socket = await connect(server, own)
  const { cursor } = (await call(socket, 'getUpdates')) as { cursor: string }
  await call(socket, 'sendMessageToUser', ['@p7', 'new'])
  return { messages, server, socket, cursor }
}

async function fill(store: Store, own: Person, others: Person[], messages: number): Promise<void> {
  for (let first = 0; first < messages; first += messagesPerCommit) {
    const group = Array.from({ length: Math.min(messagesPerCommit, messages - first) }, (_, index) => {
      const peer = others[(first + index) % peers] as Person
      const [sender, receiver] = index % 2 ? [own, peer] : [peer, own]
      const text = `This is message ${first + index} of the history.`
      return store.messages.add({ sender: sender, receiverTag: receiver.tag, text })
    })
    await Promise.all(group)
  }
}

/** @returns CPU time of a call in microseconds */
async function ask(history: History, { method, params }: Question, calls: number): Promise<number> {
  const { server, socket } = history
  const frame = request(1, method, params(history))
  const before = server.cpuMicroseconds()
  await new Promise<void>((resolve) => {
    let sent = 0
    let answered = 0
    const send = () => {
      if (sent++ < calls) socket.send(frame)
    }
    socket.on('message', function take(data) {
      const { error } = JSON.parse(String(data))
      if (error) throw new Error(`${method}: ${JSON.stringify(error)}`)
      send()
      if (++answered < calls) return
      socket.off('message', take)
      resolve()
    })
    for (let number = 0; number < callsInFlight; number++) send()
  })
  return (server.cpuMicroseconds() - before) / calls
}
