import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { createLoad, talkToEachOther } from '../helpers/faults/load.js'
import { judge } from '../helpers/faults/verdict.js'
import { entry, startMessenger } from '../helpers/messengerProcess.js'

const hourMs = 60 * 60 * 1000
const jumpsMs = [hourMs, -2 * hourMs, hourMs]

// This module runs before the server: its clock jumps at a signal, by the value in a file.
const clock = `
import { readFileSync } from 'node:fs'
const RealDate = Date
let shiftMs = 0
const now = () => RealDate.now() + shiftMs
process.on('SIGCONT', () => {
  shiftMs += Number(readFileSync('jump', 'utf8'))
  console.log('jumped')
})
globalThis.Date = class extends RealDate {
  constructor(...args) {
    super(...(args.length === 0 ? [now()] : args))
  }
  static now = now
}
`

t.test('a clock that jumps an hour, either way, changes no order and ends no connection', async (t) => {
  const dir = t.testdir({ 'clock.mjs': clock })
  const environment = {
    RATE_LIMITS: 'off',
    WEB_SOCKET_PING_INTERVAL_MS: '300',
    PRESENCE_OFFLINE_GRACE_MS: '0',
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import=${pathToFileURL(join(dir, 'clock.mjs'))}`
  }
  const messenger = await startMessenger(t, { dir, entry, environment })
  const cookies = { ann: await messenger.signUp('ann'), bob: await messenger.signUp('bob') }
  const cids = await messenger.signUp('cid')
  const dan = await messenger.connect(await messenger.signUp('dan'))
  await dan.call('sendMessageToUser', ['@cid', 'we have a dialog'])
  const load = createLoad()
  const { devices, over } = await talkToEachOther(messenger, load, cookies, 'talk')

  for (const jumpMs of jumpsMs) {
    await load.more(100)
    const serverTime = async () => {
      const cid = await messenger.connect(cids)
      t.match(await dan.notification(), { code: 3101 }, 'who comes is seen')
      const hello = await cid.hello
      await cid.close()
      t.match(await dan.notification(), { code: 3100 }, 'and who goes')
      return hello.serverTime
    }
    const before = await serverTime()
    writeFileSync(join(dir, 'jump'), String(jumpMs))
    const jumped = once(messenger.child.stdout as Readable, 'data')
    messenger.child.kill('SIGCONT')
    t.equal(String(await jumped), 'jumped\n')
    const afterJump = (await serverTime()) - before - jumpMs
    t.ok(afterJump >= 0 && afterJump < hourMs / 2, `the clock has jumped by ${jumpMs} ms`)
    for (let pings = 0; pings < 3; pings++) await once(dan.socket, 'ping')
    await load.more(100)
  }
  for (const { socket } of [...devices, dan]) t.equal(socket.readyState, socket.OPEN)
  await messenger.end('SIGKILL')
  await over

  const again = await startMessenger(t, { dir, entry, environment: { RATE_LIMITS: 'off' } })
  const enough = load.more(50)
  const later = await talkToEachOther(again, load, cookies, 'after a restart')
  await enough
  await again.end('SIGTERM')
  await later.over
  const last = await startMessenger(t, { dir, entry, environment: { RATE_LIMITS: 'off' } })
  await judge(t, load, { ann: await last.connect(cookies.ann), bob: await last.connect(cookies.bob) })
})
