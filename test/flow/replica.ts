import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { WebSocket } from 'ws'
import type { Message } from '../../src/schemas/message.js'
import type { Updates } from '../../src/schemas/update.js'
import { createView, type View } from './view.js'

const retryMs = 20

/** A device that keeps a copy of everything that is its user's, over as many connections as that takes. */
export interface Replica {
  tag: string
  view: View
  /** Resolves when the server has acknowledged the message, however often it had to be sent. */
  send(receiverTag: string, text: string): Promise<void>
  markAsRead(senderTag: string, upToSeq?: number): void
  rename(firstName: string): void
  /** Pulls the plug. */
  cut(): void
  /** Resolves when a connection has caught up once and has brought everything that was pushed before this call. */
  settle(): Promise<void>
  /** Asks once more for everything that has happened since the last time. */
  catchUp(): Promise<void>
}

interface Options {
  /** Of the server, or of what leads to it. */
  url: string
  tag: string
  cookie: string
  /** How many changes it asks for at once. */
  limit: number
}

type Call = (method: string, ...params: unknown[]) => Promise<unknown>

/** What is sent until it is acknowledged, in order. */
interface Unsent {
  params: [receiverTag: string, text: string, clientMessageId: string]
  acknowledge(): void
}

/** Does what docs/protocol.md tells clients to do. */
export function openReplica(t: Test, { url, tag, cookie, limit }: Options): Replica {
  const view = createView(tag)
  const outbox = new Map<string, Unsent>()
  let cursor: string | undefined
  let connection: { socket: WebSocket; call: Call; caughtUp: Promise<void> } | undefined
  let isOver = false

  async function catchUp(call: Call) {
    for (let hasMore = true; hasMore; ) {
      const updates = (await call('getUpdates', cursor, limit)) as Updates
      view.update(updates)
      cursor = updates.cursor
      hasMore = updates.hasMore
    }
  }

  async function deliver(call: Call, { params, acknowledge }: Unsent) {
    const { message } = (await call('sendMessageToUser', ...params)) as { message: Message }
    view.addMessage(message)
    outbox.delete(params[2])
    acknowledge()
  }

  const lost = () => {}

  async function live() {
    for (; !isOver; await delay(retryMs)) {
      const { socket, call, greeting, closed } = connect(url, cookie, view)
      const caughtUp = greeting.then((hello) => {
        cursor ??= hello.cursor
        for (const unsent of outbox.values()) deliver(call, unsent).catch(lost)
        return catchUp(call)
      })
      connection = { socket, call, caughtUp }
      await Promise.race([closed, caughtUp.catch(lost)])
      await closed
    }
  }

  live()
  t.teardown(() => {
    isOver = true
    connection?.socket.terminate()
  })
  const ask: Call = (...args) => connection?.call(...args) ?? Promise.reject(new Error('not connected'))

  return {
    tag,
    view,
    send(receiverTag, text) {
      return new Promise((acknowledge) => {
        const unsent: Unsent = { params: [receiverTag, text, `id of ${text}`], acknowledge }
        outbox.set(unsent.params[2], unsent)
        deliver(ask, unsent).catch(lost)
      })
    },
    markAsRead: (senderTag, upToSeq) => void ask('markMessagesWithUserAsRead', senderTag, upToSeq).catch(lost),
    rename: (firstName) => void ask('setSelfInfo', firstName, '').catch(lost),
    cut: () => connection?.socket.terminate(),
    settle: () =>
      persist(async () => {
        await connection?.caughtUp
        await ask('getSelfInfo')
      }),
    catchUp: () => persist(() => catchUp(ask))
  }
}

/** Tries until it succeeds. */
async function persist(attempt: () => Promise<unknown>): Promise<void> {
  const succeeds = () =>
    attempt().then(
      () => true,
      () => false
    )
  while (!(await succeeds())) await delay(retryMs)
}

/** One connection; what comes on it is taken in its order. */
function connect(url: string, cookie: string, view: View) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api`, { headers: { cookie } })
  const calls = new Map<number, { resolve(result: unknown): void; reject(reason: unknown): void }>()
  let lastId = 0
  let greet: (hello: { cursor: string }) => void
  let fail: (reason: unknown) => void
  const greeting = new Promise<{ cursor: string }>((resolve, reject) => {
    greet = resolve
    fail = reject
  })

  socket.on('message', (data) => {
    const { id, result, error, code, body } = JSON.parse(String(data))
    if (code === 3900) return greet(body)
    if (code) return view.apply(code, body)
    if (error) calls.get(id)?.reject(error)
    else calls.get(id)?.resolve(result)
    calls.delete(id)
  })
  // An end follows.
  socket.on('error', () => {})
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => {
      for (const { reject } of calls.values()) reject(new Error('cut'))
      fail(new Error('cut'))
      resolve()
    })
  })

  const call: Call = (method, ...params) =>
    new Promise((resolve, reject) => {
      if (socket.readyState !== socket.OPEN) return reject(new Error('not open'))
      calls.set(++lastId, { resolve, reject })
      while (params.length > 0 && params.at(-1) === undefined) params.pop()
      socket.send(JSON.stringify({ jsonrpc: '2.0', id: lastId, method, params }))
    })

  return { socket, call, greeting, closed }
}
