/** Opens a number of connections as fast as possible, prints `open`, and ends with its input. Runs as a process of its own. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { exit, stdin } from 'node:process'

const [, , url = '', cookie = '', total = '0'] = process.argv
const { hostname, port } = new URL(url)
const openingAtOnce = 200

// RFC 6455, 1.3
const upgrade = [
  'GET /api HTTP/1.1',
  `Host: ${hostname}:${port}`,
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
  `Cookie: ${cookie}`
]

async function open(): Promise<Socket> {
  const socket = connect(Number(port), hostname)
  socket.write(`${upgrade.join('\r\n')}\r\n\r\n`)
  const [reply] = await once(socket, 'data')
  if (!String(reply).startsWith('HTTP/1.1 101')) throw new Error(String(reply))
  // The connection stays open, and nothing on it is read or answered.
  socket.resume()
  socket.on('error', () => {})
  return socket
}

async function openMany(count: number): Promise<void> {
  for (let opened = 0; opened < count; opened++) await open()
}

await Promise.all(Array.from({ length: openingAtOnce }, () => openMany(Number(total) / openingAtOnce)))
console.log('open')
stdin.resume()
await once(stdin, 'end')
exit()
