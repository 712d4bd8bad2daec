/** Runs the reference for a handshake: @fastify/websocket alone, which accepts every connection and answers nothing. */
import type { AddressInfo } from 'node:net'
import websocket from '@fastify/websocket'
import Fastify from 'fastify'

const app = Fastify()
await app.register(websocket)
app.get('/', { websocket: true }, (socket) => {
  socket.on('message', () => {})
})
await app.listen({ host: '127.0.0.1', port: 0 })
console.log(`:${(app.server.address() as AddressInfo).port}`)
