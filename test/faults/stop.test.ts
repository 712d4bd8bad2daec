import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as delay, setImmediate } from 'node:timers/promises'
import t from 'tap'
import { WebSocket } from 'ws'
import { openDevice } from '../helpers/device.js'
import { createLoad, talkToEachOther } from '../helpers/faults/load.js'
import { judge } from '../helpers/faults/verdict.js'
import { historyOf } from '../helpers/flow/truth.js'
import { entry, startMessenger } from '../helpers/messengerProcess.js'
import { halfALogIn, openSocket } from '../helpers/rawHttp.js'

const statusOf = async (url: string) => (await fetch(url)).status

t.test('a server that stops under load answers every request that it has read and says good-bye', async (t) => {
  const dir = t.testdir()
  const messenger = await startMessenger(t, { dir, entry, environment: { RATE_LIMITS: 'off' } })
  const cookies = { ann: await messenger.signUp('ann'), bob: await messenger.signUp('bob') }
  // This client does not answer the close, so the server waits long enough for late requests.
  const deaf = await messenger.connect(cookies.ann)
  deaf.socket.pause()
  const load = createLoad()
  const enough = load.more(200)
  const { devices, over } = await talkToEachOther(messenger, load, cookies, 'talk')
  await enough

  const begin = performance.now()
  const end = messenger.end('SIGTERM')
  for (const device of devices) {
    let { code } = await device.notification()
    while (code !== 3901) ({ code } = await device.notification())
    t.same(await device.closed, { code: 1001, reason: '' })
  }
  t.equal(await statusOf(messenger.url), 503, 'a request comes too late')
  const late = new WebSocket(messenger.url.replace('http', 'ws'), { headers: { cookie: cookies.bob } })
  const [error] = await once(late, 'error')
  t.match(error.message, /503/, 'and so does an upgrade')
  t.equal(await end, 0)
  t.ok(performance.now() - begin < 10_000, 'it is gone in time')
  await over

  const again = await startMessenger(t, { dir, entry })
  await judge(t, load, { ann: await again.connect(cookies.ann), bob: await again.connect(cookies.bob) })
  const ann = await again.connect(cookies.ann)
  const history = await historyOf(ann, '@bob')
  t.equal(history.length, load.sent.filter(({ message }) => message).length, 'what was not answered is not stored')
})

t.test('a second signal ends the server at once', async (t) => {
  const messenger = await startMessenger(t, { dir: t.testdir(), entry })
  const stalled = await openSocket(messenger.url)
  stalled.write(halfALogIn)
  const device = await messenger.connect(await messenger.signUp('ann'))

  messenger.child.kill('SIGTERM')
  await device.closed
  const stop = performance.now()
  t.equal(await messenger.end('SIGTERM'), 1)
  t.ok(performance.now() - stop < 1000, 'though a request would have held it up for two seconds')
})

t.test(
  'two signals at once count as one, because npm passes on a Ctrl+C that the server has got already',
  async (t) => {
    const environment = { npm_lifecycle_event: 'start' }
    const messenger = await startMessenger(t, { dir: t.testdir(), environment })
    const stalled = await openSocket(messenger.url)
    stalled.write(halfALogIn)
    const device = await messenger.connect(await messenger.signUp('ann'))

    const start = performance.now()
    const end = messenger.end('SIGINT')
    messenger.child.kill('SIGINT')
    t.match(await device.closed, { code: 1001 }, 'in order')
    const repeat = setInterval(() => messenger.child.kill('SIGINT'), 50)
    t.teardown(() => clearInterval(repeat))
    t.equal(await end, 1, 'a later one is a second one')
    t.ok(performance.now() - start >= 500)
  }
)

t.test('a server that was paused closes no live connection', async (t) => {
  const environment = { WEB_SOCKET_PING_INTERVAL_MS: '300', PRESENCE_OFFLINE_GRACE_MS: '0' }
  const messenger = await startMessenger(t, { dir: t.testdir(), entry, environment })
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
  // The next ping is due before the server reads the answer to the last one.
  await delay(1000)
  messenger.child.kill('SIGCONT')
  await once(bob.socket, 'ping')
  bob.socket.pong()
  t.match(await bob.call('getSelfInfo'), { tag: '@bob' })
  t.same(await ann.rest(), [], 'and nobody is told that they have gone')
})
