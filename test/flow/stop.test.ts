import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as delay, setImmediate } from 'node:timers/promises'
import t from 'tap'
import type { Message } from '../../src/schemas/message.js'
import { openDevice } from '../device.js'
import { startMessenger } from '../messengerProcess.js'

t.test('told to stop under load, it answers what it has read, says good-bye, and keeps its word', async (t) => {
  const dir = t.testdir()
  const messenger = await startMessenger(t, { dir })
  const [anns, bobs] = [await messenger.signUp('ann'), await messenger.signUp('bob')]
  const devices = await Promise.all([anns, bobs, anns, bobs].map((cookie) => messenger.connect(cookie)))
  const acknowledged: string[] = []
  const senders = devices.map(async (device, index) => {
    const peer = index % 2 ? '@ann' : '@bob'
    for (let number = 0; ; number++) {
      const answer = await device.call('sendMessageToUser', [peer, `${index}/${number}`]).catch(() => undefined)
      if (!answer) return
      acknowledged.push(`${index}/${number}`)
    }
  })
  while (acknowledged.length < 200) await setImmediate()
  t.equal(await messenger.end('SIGTERM'), 0)
  await Promise.all(senders)
  for (const device of devices) {
    t.same(await device.closed, { code: 1001, reason: '' })
    let { code } = await device.notification()
    while (code !== 3901) ({ code } = await device.notification())
  }

  const again = await startMessenger(t, { dir })
  const ann = await again.connect(anns)
  const stored: string[] = []
  for (let from = 1; stored.length === from - 1; from += 500) {
    const messages = await ann.call<Message[]>('getMessagesBySeq', ['@bob', from, from + 499])
    stored.push(...messages.map(({ text }) => text))
  }
  t.same(stored.sort(), acknowledged.sort(), 'stored is what was acknowledged, and nothing else')
})

t.test('told twice, it is gone at once', async (t) => {
  const messenger = await startMessenger(t, { dir: t.testdir() })
  const { port, hostname } = new URL(messenger.url)
  const stalled = connect(Number(port), hostname)
  stalled.on('error', () => {})
  stalled.write('POST /login HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{')
  const device = await messenger.connect(await messenger.signUp('ann'))

  messenger.child.kill('SIGTERM')
  await device.closed
  const stop = performance.now()
  t.equal(await messenger.end('SIGTERM'), 1)
  t.ok(performance.now() - stop < 1000, 'though a request would have held it up for two seconds')
})

t.test('a server that was stopped for a while ends nobody who is still there', async (t) => {
  const environment = { WEB_SOCKET_PING_INTERVAL_MS: '300', PRESENCE_OFFLINE_GRACE_MS: '0' }
  const messenger = await startMessenger(t, { dir: t.testdir(), environment })
  const ann = await messenger.connect(await messenger.signUp('ann'))
  const bobs = await messenger.signUp('bob')
  const bob = await openDevice(t, `${messenger.url.replace('http', 'ws')}/api`, bobs, { autoPong: false })
  await bob.call('sendMessageToUser', ['@ann', 'we have a dialog'])
  t.match(await ann.notification(), { code: 3001 })

  const stateOf = (pid: number | undefined) => readFileSync(`/proc/${pid}/stat`, 'utf8').match(/\) (\w)/)?.[1]
  await once(bob.socket, 'ping')
  messenger.child.kill('SIGSTOP')
  while (stateOf(messenger.child.pid) !== 'T') await setImmediate()
  bob.socket.pong()
  // So long that the next ping is due before the server gets to read this answer to the last one.
  await delay(1000)
  messenger.child.kill('SIGCONT')
  await once(bob.socket, 'ping')
  bob.socket.pong()
  t.match(await bob.call('getSelfInfo'), { tag: '@bob' })
  t.same(await ann.rest(), [], 'and nobody is told that they have gone')
})
