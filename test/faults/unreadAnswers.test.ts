import { connect } from 'node:net'
import t, { type Test } from 'tap'
import { type Device, openDevice } from '../helpers/device.js'
import { entry } from '../helpers/faults/load.js'
import { mebibyte, observe } from '../helpers/faults/observe.js'
import { type MessengerProcess, startMessenger } from '../helpers/messengerProcess.js'

const maxGrowthBytes = 150 * mebibyte
// Each of them is six bytes in JSON.
const longText = '\u0001'.repeat(4096)
const messages = 500

/** Ann, who has written as many long messages to Bob as a page has, and Cid, who has no part in it. */
async function startWithHistory(t: Test, environment: Record<string, string> = {}) {
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

/** Asks for two pages on each of some connections, and reads nothing. */
async function askOverWebSocket(messenger: MessengerProcess, ann: string, t: Test, connections: number) {
  const url = `${messenger.url.replace('http', 'ws')}/api`
  const opened = await Promise.all(Array.from({ length: connections }, () => openDevice(t, url, ann)))
  for (const { socket } of opened) {
    socket.send(batch)
    socket.pause()
  }
}

async function askOverHttp(messenger: MessengerProcess, ann: string, t: Test, requests: number) {
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

/** Watches a process for some seconds, in which others are served. */
async function outlast(t: Test, messenger: MessengerProcess, cid: Device) {
  const others = observe(messenger, cid)
  for (const end = performance.now() + 5000; performance.now() < end; ) await cid.call('getDialogsList')
  const { growthBytes } = await others.end()
  t.ok(growthBytes < maxGrowthBytes, `${Math.round(growthBytes / mebibyte)} MiB more`)
  t.equal(messenger.child.exitCode, null, 'the process lives')
  t.match(await cid.call('getSelfInfo'), { tag: '@cid' })
}

t.test('answers that nobody reads cost one page, over many connections', async (t) => {
  const { messenger, ann, cid } = await startWithHistory(t)
  await askOverWebSocket(messenger, ann, t, 20)
  await outlast(t, messenger, cid)
})

t.test('the same over HTTP', async (t) => {
  const { messenger, ann, cid } = await startWithHistory(t)
  await askOverHttp(messenger, ann, t, 45)
  await outlast(t, messenger, cid)
})

t.test('and a process with little memory survives both', async (t) => {
  const { messenger, ann, cid } = await startWithHistory(t, { NODE_OPTIONS: '--max-old-space-size=256' })
  await askOverWebSocket(messenger, ann, t, 10)
  await askOverHttp(messenger, ann, t, 45)
  await outlast(t, messenger, cid)
})
