import type { Test } from 'tap'
import { type ClientOptions, WebSocket } from 'ws'
import { type NotificationBody, notifications } from '../../src/schemas/notification.js'

export interface Notification {
  type: string
  code: number
  body: Record<string, unknown>
}

export interface RpcError {
  code: number
  message: string
  data?: { name: string; message: string; path?: string; retryAfterMs?: number }
}

export interface Answer {
  jsonrpc: unknown
  id: unknown
  result?: unknown
  error?: RpcError
}

type Hello = NotificationBody<'hello'>
type Params = unknown[] | Record<string, unknown>

/** One connection of a user. */
export interface Device {
  socket: WebSocket
  /** Body of the first frame. */
  hello: Promise<Hello>
  /** Calls a method. Rejects with the error of the answer. */
  call<Result = Record<string, unknown>>(method: string, params?: Params): Promise<Result>
  /** Calls a method and returns the error of the answer. */
  refusal(method: string, params?: Params): Promise<RpcError>
  /** Sends a text as it is and waits for the next frame that is not a notification. */
  ask(text: string): Promise<unknown>
  /** Waits for the next notification. */
  notification(): Promise<Notification>
  /** Returns the notifications before this call that no test has read. */
  rest(): Promise<Notification[]>
  /** Resolves with code and reason when the connection is closed. */
  closed: Promise<{ code: number; reason: string }>
  close(): Promise<void>
}

/** Opens a connection, which closes with the test, and waits for its greeting or refusal. */
export async function openDevice(t: Test, url: string, cookie?: string, options?: DeviceOptions): Promise<Device> {
  const device = createDevice(url, cookie, options)
  t.teardown(() => device.socket.terminate())
  const failed = new Promise((_, reject) => device.socket.on('error', reject))
  await Promise.race([device.hello, device.closed, failed])
  return device
}

export interface DeviceOptions extends ClientOptions {
  /** Receives each notification at once, in place of `notification()`. */
  onNotification?(notification: Notification): void
}

export function createDevice(url: string, cookie?: string, options: DeviceOptions = {}): Device {
  const socket = new WebSocket(url, { ...options, headers: { ...options.headers, ...(cookie && { cookie }) } })
  const answers = createInbox<unknown>()
  const pushed = createInbox<Notification>()
  const { onNotification = pushed.put } = options
  const { call, settle, failAll } = createCalls(socket)
  let greeted: (body: Hello) => void = () => {}
  const hello = new Promise<Hello>((resolve) => {
    greeted = resolve
  })

  socket.on('message', (data) => {
    const frame = JSON.parse(String(data))
    if (frame.code === notifications.hello.code) greeted(frame.body)
    else if ('code' in frame) onNotification(frame)
    else if (!settle(frame)) answers.put(frame)
  })
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => {
      failAll()
      resolve({ code, reason: String(reason) })
    })
  })

  return {
    socket,
    hello,
    closed,
    call,
    ask(text) {
      socket.send(text)
      return answers.take()
    },
    refusal: (method, params) =>
      call<{ error: RpcError }>(method, params)
        .catch((thrown) => thrown)
        .then(({ error }) => error),
    notification: () => pushed.take(),
    async rest() {
      // Frames keep their order, so earlier notifications arrive before this answer.
      await call('getSelfInfo').catch(() => {})
      return pushed.all()
    },
    async close() {
      socket.close()
      await closed
    }
  }
}

function createCalls(socket: WebSocket) {
  const waiting = new Map<unknown, { resolve(result: unknown): void; reject(reason: Error): void }>()
  let lastId = 0

  return {
    call<Result>(method: string, params?: Params): Promise<Result> {
      return new Promise((resolve, reject) => {
        if (socket.readyState !== socket.OPEN) return reject(new Error('There is no connection.'))
        // No text of a test has such an id.
        const id = `call ${++lastId}`
        waiting.set(id, { resolve: resolve as (result: unknown) => void, reject })
        socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }))
      })
    },
    /** Settles the call that a frame answers. Returns false without such a call. */
    settle({ id, result, error }: Answer): boolean {
      const call = waiting.get(id)
      waiting.delete(id)
      if (error) call?.reject(Object.assign(new Error(error.message), { error }))
      else call?.resolve(result)
      return call !== undefined
    },
    failAll() {
      for (const { reject } of waiting.values()) reject(new Error('The connection has ended.'))
    }
  }
}

function createInbox<T>() {
  const items: T[] = []
  const takers: ((item: T) => void)[] = []
  return {
    put(item: T) {
      const taker = takers.shift()
      if (taker) taker(item)
      else items.push(item)
    },
    take(): Promise<T> {
      const item = items.shift()
      return item === undefined ? new Promise((resolve) => takers.push(resolve)) : Promise.resolve(item)
    },
    all: () => items.splice(0)
  }
}
