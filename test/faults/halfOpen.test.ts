import t from 'tap'
import type { Dialog } from '../../src/schemas/dialog.js'
import { openDevice } from '../helpers/device.js'
import { descriptorsBecome, descriptorsOf } from '../helpers/faults/descriptors.js'
import { entry, startMessenger } from '../helpers/messengerProcess.js'
import { openWire } from '../helpers/wire.js'

const pingIntervalMs = 1000
// Two intervals, the grace period, and time for a busy machine. With the defaults two intervals are 50 s.
const maxMs = 2 * pingIntervalMs + 1000 + 2000

t.test('a connection without a live other end is closed, and contacts are told', async (t) => {
  const environment = { WEB_SOCKET_PING_INTERVAL_MS: `${pingIntervalMs}`, RATE_LIMITS: 'off' }
  const messenger = await startMessenger(t, { dir: t.testdir(), entry, environment })
  const wire = await openWire(t, messenger.url)
  const bob = await messenger.connect(await messenger.signUp('bob'))
  const cookie = await messenger.signUp('ann')
  const before = descriptorsOf(messenger)
  const ann = await openDevice(t, `${wire.url.replace('http', 'ws')}/api`, cookie)
  await ann.call('sendMessageToUser', ['@bob', 'we have a dialog'])
  t.match(await bob.notification(), { code: 3001 })

  const begin = performance.now()
  wire.freeze()
  t.match(await bob.notification(), { code: 3100, body: { loggedOutUserTag: '@ann' } })
  const tookMs = performance.now() - begin
  t.ok(tookMs < maxMs, `after ${Math.round(tookMs)} ms`)
  t.match(await bob.call<Dialog[]>('getDialogsList'), [{ userInfo: { isOnline: false } }])
  t.ok(await descriptorsBecome(messenger, before), 'nothing is left of it')
  t.equal(ann.socket.readyState, ann.socket.OPEN, 'she does not know')
})
