import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { Test } from 'tap'
import { entry, type MessengerProcess, startMessenger } from '../messengerProcess.js'
import { useMongo } from '../mongod.js'
import { openMongoWire } from '../mongoWire.js'
import { beginScene, checkScene, type Deed, type Scene } from './scene.js'

const maxWrites = 15

/** A server that is killed and started again. */
export interface Victim {
  messenger: MessengerProcess
  /**
   * Does something and kills the server after this number of writes.
   *
   * @returns false when the server has written less and lives
   */
  killAfter(writes: number, run: () => Promise<unknown>): Promise<boolean>
}

/** Starts a server on a database of its own. */
export async function startVictim(t: Test): Promise<Victim> {
  const wire = await openMongoWire(t, (await useMongo(t))(t))
  const environment = { DB_URL: wire.url, RATE_LIMITS: 'off', LOG_LEVEL: 'silent' }
  const dir = t.testdir()
  const start = () => startMessenger(t, { dir, entry, environment })
  let messenger = await start()

  return {
    get messenger() {
      return messenger
    },
    async killAfter(writes, run) {
      const exit = once(messenger.child, 'exit')
      let isKilled = false
      wire.onceWritten(writes, () => {
        isKilled = messenger.child.kill('SIGKILL')
      })
      await run()
      wire.onceWritten(0, () => {})
      if (!isKilled) return false
      await exit
      messenger = await start()
      return true
    }
  }
}

/** Calls back with 1, 2, 3, … until nothing was killed. */
export async function killAfterEachWrite(t: Test, attempt: (writes: number) => Promise<boolean>): Promise<void> {
  for (let writes = 1; writes <= maxWrites; writes++) {
    if (!(await attempt(writes))) return t.comment(`${writes - 1} writes`)
  }
  t.fail('there is no end of writes')
}

export const succeeds = (call: Promise<unknown>) =>
  call.then(
    () => true,
    () => false
  )

/** Does a deed, and again when the server was killed before its answer. */
async function doOrRepeat(victim: Victim, scene: Scene, deed: Deed, writes: number) {
  let isDone = false
  const isKilled = await victim.killAfter(writes, async () => {
    isDone = await succeeds(deed.run(scene))
    // The writes after the answer are over when somebody has read.
    await succeeds(scene.bob.device.call('getDialogsList', [0, 1]))
  })
  if (!isKilled) return { isKilled, isDone }
  for (const person of Object.values(scene)) person.device = await victim.messenger.connect(person.cookie)
  if (isDone || !deed.isRepeatable) return { isKilled, isDone }
  await deed.run(scene)
  return { isKilled, isDone: true }
}

/** Does a deed again and again, kills the server after each write of it, and checks what both users see. */
export function testDeed(t: Test, victim: Victim, deed: Deed) {
  const label = randomBytes(4).toString('hex')
  return t.test(deed.name, async (t) => {
    await killAfterEachWrite(t, async (writes) => {
      const scene = await beginScene(victim.messenger, `${label}_${writes}`, deed.before)
      const { isKilled, isDone } = await doOrRepeat(victim, scene, deed, writes)
      await checkScene(t, scene, deed, isDone)
      return isKilled
    })
  })
}
