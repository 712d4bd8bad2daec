import { connect } from 'node:net'
import type { Test } from 'tap'
import { type Device, openDevice } from '../device.js'
import { entry, type MessengerProcess, startMessenger } from '../messengerProcess.js'
import { mebibyte, observe } from './observe.js'

const maxGrowthBytes = 150 * mebibyte
// Each character takes six bytes in JSON.
const longText = '\u0001'.repeat(4096)
const messages = 500

/** Starts a server where Ann has written a page of long messages to Bob. Cid takes no part. */
export async function startWithHistory(t: Test, environment: Record<string, string> = {}) {
  const messenger = await startMessenger(t, { dir: t.testdir(), entry, environment })
  const [ann, cid] = [await messenger.signUp('ann'), await messenger.signUp('cid')]
  await messenger.signUp('bob')
  const device = await messenger.connect(ann)
  const send = () => device.call('sendMessageToUser', ['@bob', longText])
  for (let sent = 0; sent < messages; sent += 20) await Promise.all(Array.from({ length: 20 }, send))
  await device.close()
  return { messenger, ann, cid: await messenger.connect(cid) }
}

const page = (id: number) => ({ jsonrpc: '2.0', id, method: 'getMessagesWithUser', params: ['@bob', 0, messages] })
const batch = JSON.stringify([page(1), page(2)])

/** Asks for two pages on each connection and reads nothing. */
export async function askOverWebSocket(messenger: MessengerProcess, ann: string, t: Test, connections: number) {
  const url = `${messenger.url.replace('http', 'ws')}/api`
  const opened = await Promise.all(Array.from({ length: connections }, () => openDevice(t, url, ann)))
  for (const { socket } of opened) {
    socket.send(batch)
    socket.pause()
  }
}

export async function askOverHttp(messenger: MessengerProcess, ann: string, t: Test, requests: number) {
  const { port, host } = new URL(messenger.url)
  const head = `POST /rpc HTTP/1.1\r\nHost: ${host}\r\nCookie: ${ann}\r\nContent-Type: application/json\r\n`
  for (let asked = 0; asked < requests; asked++) {
    const socket = connect(Number(port), '127.0.0.1')
    t.teardown(() => socket.destroy())
    socket.on('error', () => {})
    socket.pause()
    socket.write(`${head}Content-Length: ${batch.length}\r\n\r\n${batch}`)
  }
}

/** Watches the memory of a process for a while, in which another user is served. */
export async function outlast(t: Test, messenger: MessengerProcess, cid: Device, forMs: number) {
  const others = observe(messenger, cid)
  for (const end = performance.now() + forMs; performance.now() < end; ) await cid.call('getDialogsList')
  const { growthBytes } = await others.end()
  t.ok(growthBytes < maxGrowthBytes, `${Math.round(growthBytes / mebibyte)} MiB more`)
  t.equal(messenger.child.exitCode, null, 'the process lives')
  t.match(await cid.call('getSelfInfo'), { tag: '@cid' })
}
