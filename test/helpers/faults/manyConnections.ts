import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import type { Readable } from 'node:stream'
import type { Test } from 'tap'
import type { Device } from '../device.js'
import { entry, startMessenger } from '../messengerProcess.js'
import { descriptorsBecome, descriptorsOf } from './descriptors.js'

const maxP99Ms = 1000

// All connections are of one user. The overload limits are the default ones, which refuse none of them.
const environment = {
  RATE_LIMITS: 'off',
  WEB_SOCKET_MAX_CONNECTIONS: '0',
  WEB_SOCKET_MAX_CONNECTIONS_PER_USER: '0'
}

function startBurst(t: Test, ...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [resolve('dist/test/helpers/faults/burst.js'), ...args], {
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['pipe', 'pipe', 'inherit']
  })
  t.teardown(() => child.kill('SIGKILL'))
  return child
}

/** @returns the times of an existing client's calls in milliseconds, sorted */
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

const files = Number(execFileSync('sh', ['-c', 'ulimit -n']))

/** @returns why a test with many connections is skipped; false when it is not */
export const lacksFiles = (connections: number) =>
  files < connections + 500 && `needs ${connections} open files, and may have ${files}`

/** Opens many connections at once, while an existing client is answered, and closes them again. */
export async function openMany(t: Test, connections: number) {
  const messenger = await startMessenger(t, { dir: t.testdir(), entry, environment })
  const ann = await messenger.connect(await messenger.signUp('ann'))
  const bobs = await messenger.signUp('bob')
  const before = descriptorsOf(messenger)

  const begin = performance.now()
  const burst = startBurst(t, messenger.url, bobs, `${connections}`)
  const open = once(burst.stdout as Readable, 'data')
  const took = await askUntil(ann, Promise.race([open, once(burst, 'exit')]))
  t.equal(String(await open), 'open\n', `they are open after ${Math.round(performance.now() - begin)} ms`)
  t.ok(descriptorsOf(messenger) >= connections)
  const p99 = took[Math.floor(took.length * 0.99)] as number
  t.ok(p99 < maxP99Ms, `meanwhile 99 of 100 of ${took.length} calls took less than ${Math.round(p99)} ms`)

  burst.stdin?.end()
  await once(burst, 'exit')
  t.ok(await descriptorsBecome(messenger, before), 'nothing is left of them')
  t.match(await ann.call('getSelfInfo'), { tag: '@ann' })
  t.equal(await messenger.end('SIGTERM'), 0)
}
