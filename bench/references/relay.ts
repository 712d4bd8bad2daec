/**
 * Runs the reference for messages: `ws` alone. The relay knows its clients by the `tag` in their URL, parses, forwards and
 * answers with frames of the messenger's shape. On request it also stores one row for each message before it forwards
 * the message.
 */
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { openRows, type RowsOptions } from './rows.js'

const { rows }: { rows?: RowsOptions } = JSON.parse(process.argv[2] as string)

const sockets = new Map<string, WebSocket>()
const store = rows ? openRows(rows) : undefined
let seq = 0

const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
server.on('connection', (socket, request) => {
  const senderTag = new URL(request.url as string, 'ws://localhost').searchParams.get('tag') as string
  sockets.set(senderTag, socket)
  socket.on('message', (data) => {
    const { id, method, params } = JSON.parse(String(data))
    if (method === 'announce') return announce(socket, senderTag)
    if (method === 'getSelfInfo') return socket.send(JSON.stringify({ jsonrpc: '2.0', id, result: { tag: senderTag } }))
    const [receiverTag, text] = params
    const message = { _id: String(++seq).padStart(24, '0'), senderTag, receiverTag, text, seq, date: Date.now() }
    const forward = () => {
      sockets.get(receiverTag)?.send(JSON.stringify({ type: 'newMessage', code: 3001, body: message }))
      socket.send(
        JSON.stringify({ jsonrpc: '2.0', id, result: { status: 'OK', message: { ...message, isRead: false } } })
      )
    }
    if (store) store.add(message, forward)
    else forward()
  })
})
server.on('listening', () => console.log(`:${(server.address() as AddressInfo).port}`))

/** Notifies all other clients that a user is online. */
function announce(own: WebSocket, loggedInUserTag: string): void {
  const frame = JSON.stringify({ type: 'contactOnline', code: 3101, body: { loggedInUserTag } })
  for (const socket of server.clients) if (socket !== own) socket.send(frame)
}
