import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as delay, setImmediate } from 'node:timers/promises'
import t from 'tap'
import type { Message } from '../../src/schemas/message.js'
import { entry } from '../helpers/faults/load.js'
import { type MessengerProcess, startMessenger } from '../helpers/messengerProcess.js'

const stoppedMs = 20_000
const names = ['ann', 'bob', 'cid', 'dan', 'eva', 'fay']

// Several beats are missed, and everything else is as by default.
const environment = { RATE_LIMITS: 'off', WEB_SOCKET_PING_INTERVAL_MS: '3000' }

const stateOf = ({ child }: MessengerProcess) => readFileSync(`/proc/${child.pid}/stat`, 'utf8').match(/\) (\w)/)?.[1]

t.test('a server that was stopped for twenty seconds has lost nothing, and nobody', async (t) => {
  const messenger = await startMessenger(t, { dir: t.testdir(), entry, environment })
  const cookies = await Promise.all(names.map((name) => messenger.signUp(name)))
  const devices = await Promise.all(cookies.map((cookie) => messenger.connect(cookie)))
  const [ann, ...others] = devices as [(typeof devices)[0], ...typeof devices]
  for (const device of others) await device.call('sendMessageToUser', ['@ann', 'we have a dialog'])
  for (const device of devices) await device.rest()

  messenger.child.kill('SIGSTOP')
  while (stateOf(messenger) !== 'T') await setImmediate()
  const answers = others.map((device, index) => device.call('sendMessageToUser', ['@ann', `meanwhile ${index}`]))
  await delay(stoppedMs)
  messenger.child.kill('SIGCONT')

  const begin = performance.now()
  await Promise.all(answers)
  t.ok(performance.now() - begin < 3000, 'what was said meanwhile is answered')
  // Two beats more: whoever was taken for dead would be gone by then.
  for (let pings = 0; pings < 2; pings++) await once(ann.socket, 'ping')
  const pushed = await Promise.all(devices.map((device) => device.rest()))
  t.same(
    pushed.flat().filter(({ code }) => code !== 3001),
    [],
    'nobody is told that anybody has gone'
  )
  t.same(
    (pushed[0] ?? []).map(({ body }) => body.text).sort(),
    others.map((_, index) => `meanwhile ${index}`)
  )
  for (const [index, name] of names.slice(1).entries()) {
    const history = await ann.call<Message[]>('getMessagesWithUser', [`@${name}`])
    t.same(
      history.map(({ text }) => text),
      [`meanwhile ${index}`, 'we have a dialog']
    )
  }
})
