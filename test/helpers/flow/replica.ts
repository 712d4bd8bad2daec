import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import type { Message } from '../../../src/schemas/message.js'
import type { Updates } from '../../../src/schemas/update.js'
import { createDevice, type Device } from '../device.js'
import { createView, type View } from './view.js'

const retryMs = 20

/** A device that keeps a copy of all its user's data and reconnects until it is complete. */
export interface Replica {
  tag: string
  view: View
  /** Repeats the message until the server acknowledges it. */
  send(receiverTag: string, text: string): Promise<void>
  markAsRead(senderTag: string, upToSeq?: number): void
  rename(firstName: string): void
  /** Cuts the connection. */
  cut(): void
  /** Resolves when a connection has caught up and all earlier notifications have arrived. */
  settle(): Promise<void>
  /** Asks for all changes since the last time. */
  catchUp(): Promise<void>
}

interface Options {
  /** URL of the server, or of a wire to it. */
  url: string
  tag: string
  cookie: string
  /** Maximum changes of one request. */
  limit: number
}

/** A message that is repeated until it is acknowledged. */
interface Unsent {
  params: [receiverTag: string, text: string, clientMessageId: string]
  acknowledge(): void
}

/** Opens a client that follows docs/protocol.md. */
export function openReplica(t: Test, { url, tag, cookie, limit }: Options): Replica {
  const view = createView(tag)
  const outbox = new Map<string, Unsent>()
  let cursor: string | undefined
  let isOver = false
  let connection = open()

  function open() {
    const device = createDevice(`${url.replace('http', 'ws')}/api`, cookie, {
      onNotification: ({ code, body }) => view.apply(code, body)
    })
    // The event `close` follows.
    device.socket.on('error', () => {})
    const cut = device.closed.then(() => Promise.reject(new Error('cut')))
    const opened = { device, isGreeted: false }
    const caughtUp = Promise.race([device.hello, cut]).then((hello) => {
      cursor ??= hello.cursor
      opened.isGreeted = true
      for (const unsent of outbox.values()) deliver(unsent)
      return catchUp(device)
    })
    caughtUp.catch(() => {})
    return Object.assign(opened, { caughtUp })
  }

  async function catchUp({ call }: Device) {
    for (let hasMore = true; hasMore; ) {
      const updates = await call<Updates>('getUpdates', { cursor, limit })
      view.update(updates)
      cursor = updates.cursor
      hasMore = updates.hasMore
    }
  }

  /** Sends a message. After a lost connection, the next one repeats it. */
  function deliver({ params, acknowledge }: Unsent) {
    const sending = connection.device.call<{ message: Message }>('sendMessageToUser', params)
    const sent = ({ message }: { message: Message }) => {
      view.addMessage(message)
      outbox.delete(params[2])
      acknowledge()
    }
    sending.then(sent, () => {})
  }

  const tell = (method: string, params: unknown[] | Record<string, unknown>) =>
    void connection.device.call(method, params).catch(() => {})

  async function stayConnected() {
    await connection.device.closed
    await delay(retryMs)
    if (isOver) return
    connection = open()
    stayConnected()
  }

  stayConnected()
  t.teardown(() => {
    isOver = true
    connection.device.socket.terminate()
  })

  return {
    tag,
    view,
    send(receiverTag, text) {
      return new Promise((acknowledge) => {
        const unsent: Unsent = { params: [receiverTag, text, `id of ${text}`], acknowledge }
        outbox.set(unsent.params[2], unsent)
        // Before the greeting it would overtake earlier messages.
        if (connection.isGreeted) deliver(unsent)
      })
    },
    markAsRead: (senderTag, upToSeq) => tell('markMessagesWithUserAsRead', { senderTag, upToSeq }),
    rename: (firstName) => tell('setSelfInfo', [firstName, '']),
    cut: () => connection.device.socket.terminate(),
    settle: () =>
      persist(async () => {
        await connection.caughtUp
        await connection.device.call('getSelfInfo')
      }),
    catchUp: () => persist(() => catchUp(connection.device))
  }
}

/** Repeats an attempt until it succeeds. */
async function persist(attempt: () => Promise<unknown>): Promise<void> {
  const succeeds = () =>
    attempt().then(
      () => true,
      () => false
    )
  while (!(await succeeds())) await delay(retryMs)
}
