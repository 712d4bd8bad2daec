import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as delay, setImmediate } from 'node:timers/promises'
import type { Test } from 'tap'
import type { Message } from '../../../src/schemas/message.js'
import { entry, type MessengerProcess, startMessenger } from '../messengerProcess.js'

const names = ['ann', 'bob', 'cid', 'dan', 'eva', 'fay']

const stateOf = ({ child }: MessengerProcess) => readFileSync(`/proc/${child.pid}/stat`, 'utf8').match(/\) (\w)/)?.[1]

/** Stops a server for several ping intervals. Afterwards no message, connection or presence is lost. */
export async function outlastStop(t: Test, stoppedMs: number, pingIntervalMs: number) {
  const environment = { RATE_LIMITS: 'off', WEB_SOCKET_PING_INTERVAL_MS: `${pingIntervalMs}` }
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
  t.ok(performance.now() - begin < 3000, 'messages sent meanwhile are answered')
  // A connection that was taken for dead would be closed by then.
  for (let pings = 0; pings < 2; pings++) await once(ann.socket, 'ping')
  const pushed = await Promise.all(devices.map((device) => device.rest()))
  t.same(
    pushed.flat().filter(({ code }) => code !== 3001),
    [],
    'no user is announced as offline'
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
}
