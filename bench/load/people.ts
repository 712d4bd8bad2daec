import { once } from 'node:events'
import { join } from 'node:path'
import jwt from '@fastify/jwt'
import { ObjectId } from 'bson'
import Fastify from 'fastify'
import { WebSocket } from 'ws'
import { issuer } from '../../src/plugins/auth.js'
import { openStore } from '../../src/store/open.js'
import type { Store } from '../../src/store/store.js'
import { type Measured, privateKey } from '../processes.js'

export interface Person {
  _id: string
  tag: string
  /** The value of the header `Cookie`. */
  cookie: string
}

const storeOptions = { busyTimeoutMs: 5000, maxLogPages: 10_000, timeoutMs: 60_000, onNotice: () => {} }
const connectsAtATime = 50
const expiresAt = Date.now() + 24 * 60 * 60 * 1000

/** Opens and fills the store of a messenger that will start in this folder. */
export function withStoreOf<T>(dir: string, use: (store: Store) => Promise<T>): Promise<T> {
  return withStoreAt(`file:${join(dir, 'data', 'messenger.db')}`, use)
}

/** Opens and fills the store at a URL. */
export async function withStoreAt<T>(url: string, use: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(url, storeOptions)
  const result = await use(store)
  await store.close()
  return result
}

/** Creates `@p0`, `@p1`, … in the store itself, because hashing their passwords would take longer than the measurement. */
export async function createPeople(store: Store, count: number): Promise<Person[]> {
  const signer = Fastify()
  await signer.register(jwt, { secret: privateKey, sign: { iss: issuer, aud: issuer } })
  await signer.ready()
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const account = { tag: `@p${index}`, firstName: 'Ann', lastName: 'Test', img: 'default.jpg', passwordHash: '' }
      const { _id, tag, email } = await store.users.create({ ...account, email: `p${index}@test.example` })
      const jti = new ObjectId().toHexString()
      await store.sessions.add({ _id: jti, user: { _id, tag }, expiresAt })
      return { _id, tag, cookie: `auth=${signer.jwt.sign({ data: { _id, tag, email }, sub: _id, jti })}` }
    })
  )
}

/** Opens a connection, and waits for the `hello` of a messenger. */
export async function connect({ url, name }: Measured, { tag, cookie }: Person): Promise<WebSocket> {
  const socket = new WebSocket(`${url}/?tag=${tag}`, { headers: { cookie }, perMessageDeflate: false })
  await once(socket, name.startsWith('messenger') ? 'message' : 'open')
  return socket
}

/** Opens the connections of many users, a group at a time. */
export async function connectAll(server: Measured, people: Person[]): Promise<WebSocket[]> {
  const sockets: WebSocket[] = []
  for (let first = 0; first < people.length; first += connectsAtATime) {
    const group = people.slice(first, first + connectsAtATime)
    sockets.push(...(await Promise.all(group.map((person) => connect(server, person)))))
  }
  return sockets
}

/** Calls a method and waits for its result. It ignores notifications. @throws {Error} if the call is refused */
export function call(socket: WebSocket, method: string, params: unknown[] = []): Promise<unknown> {
  return new Promise((resolve, reject) => {
    // `once` would miss frames that arrive together, because they are emitted in one turn of the event loop.
    socket.on('message', function take(data) {
      const { id, result, error } = JSON.parse(String(data))
      if (id !== 'call') return
      socket.off('message', take)
      if (error) reject(new Error(JSON.stringify(error)))
      else resolve(result)
    })
    socket.send(request('call', method, params))
  })
}

export function request(id: number | string, method: string, params: unknown[]): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method, params })
}
