import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import type { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import type { Device } from '../helpers/device.js'
import { descriptorsBecome, descriptorsOf } from '../helpers/faults/descriptors.js'
import { entry } from '../helpers/faults/load.js'
import { startMessenger } from '../helpers/messengerProcess.js'

const connections = 10_000
const maxP99Ms = 1000

// They are all of one user. Nothing is said of overload: with the limits that it is shipped with, none of them is refused.
const environment = {
  RATE_LIMITS: 'off',
  WEB_SOCKET_MAX_CONNECTIONS: '0',
  WEB_SOCKET_MAX_CONNECTIONS_PER_USER: '0'
}

const files = Number(execFileSync('sh', ['-c', 'ulimit -n']))
const skip = files < connections + 500 && `needs ${connections} open files, and may have ${files}`

function startBurst(t: Test, ...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [resolve('dist/test/helpers/faults/burst.js'), ...args], {
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['pipe', 'pipe', 'inherit']
  })
  t.teardown(() => child.kill('SIGKILL'))
  return child
}

/** @returns how long each of an existing client's calls has taken, in milliseconds, in order of length */
async function askUntil(device: Device, end: Promise<unknown>): Promise<number[]> {
  let isOver = false
  end.finally(() => {
    isOver = true
  })
  const took: number[] = []
  while (!isOver) {
    const begin = performance.now()
    await device.call('getSelfInfo')
    took.push(performance.now() - begin)
  }
  return took.sort((one, other) => one - other)
}

t.test('ten thousand connections at once', { skip }, async (t) => {
  const messenger = await startMessenger(t, { dir: t.testdir(), entry, environment })
  const ann = await messenger.connect(await messenger.signUp('ann'))
  const bobs = await messenger.signUp('bob')
  const before = descriptorsOf(messenger)

  const begin = performance.now()
  const burst = startBurst(t, messenger.url, bobs, `${connections}`)
  const open = once(burst.stdout as Readable, 'data')
  const took = await askUntil(ann, Promise.race([open, once(burst, 'exit')]))
  t.equal(String(await open), 'open\n', `they are there after ${Math.round(performance.now() - begin)} ms`)
  t.ok(descriptorsOf(messenger) >= connections)
  const p99 = took[Math.floor(took.length * 0.99)] as number
  t.ok(p99 < maxP99Ms, `meanwhile 99 of 100 of ${took.length} calls took less than ${Math.round(p99)} ms`)

  burst.stdin?.end()
  await once(burst, 'exit')
  t.ok(await descriptorsBecome(messenger, before), 'nothing is left of them')
  t.match(await ann.call('getSelfInfo'), { tag: '@ann' })
  t.equal(await messenger.end('SIGTERM'), 0)
})
