import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { json } from 'node:stream/consumers'
import type { Server } from './server.js'

export interface Reply {
  status: number
  headers: IncomingMessage['headers']
  body: unknown
}

/** Posts JSON from another address of this machine, such as 127.0.0.2. */
export async function postFrom(localAddress: string, { url }: Server, path: string, body: unknown): Promise<Reply> {
  const headers = { 'content-type': 'application/json' }
  const sent = request(url + path, { method: 'POST', localAddress, headers })
  sent.end(JSON.stringify(body))
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  return { status: Number(response.statusCode), headers: response.headers, body: await json(response) }
}
