import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { connect, type Socket } from 'node:net'

export interface RawAnswer {
  status: number
  /** Status line and headers. */
  head: string
  body: string
}

/** A request with an incomplete body. */
export const halfALogIn =
  'POST /login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{'

/** Opens a TCP connection to a server. */
export async function openSocket(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

/** Sends any bytes. Returns the reply when the server closes the connection. */
export async function exchange(url: string, bytes: string): Promise<RawAnswer> {
  return answerOf(await openSocket(url), bytes)
}

/** Sends bytes on an open connection and returns the reply when the server closes it. */
export async function answerOf(socket: Socket, bytes: string | Buffer): Promise<RawAnswer> {
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk
  })
  socket.write(bytes)
  await once(socket, 'close')
  const [head = '', body = ''] = text.split(/\r\n\r\n(.*)/s)
  return { status: Number(head.split(' ')[1]), head, body }
}

/** Sends a request without a body, with headers that `fetch` refuses. */
export async function statusOf(url: string, path: string, headers: Record<string, string>, method = 'POST') {
  const sent = request(url + path, { method, headers }).end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  response.resume()
  return response.statusCode
}
