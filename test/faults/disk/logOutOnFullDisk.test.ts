import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { driver as SQLite } from '../../../src/store/sqlite/driver.js'
import { makeDisk, whyNoDisk } from '../../helpers/faults/disk.js'
import { startMessenger } from '../../helpers/messengerProcess.js'
import { cookieOf } from '../../helpers/server.js'
import { statusFor } from '../../helpers/statusFor.js'

const diskBytes = 4 * 1024 * 1024
const maxLooks = 300

/** Counts the sessions in the file until there is the expected number, for half a minute at most. */
async function countSessions(dir: string, expected: number): Promise<number> {
  const file = new SQLite(join(dir, 'data', 'messenger.db'), { readonly: true })
  const count = file.prepare<[], number>('SELECT count(*) FROM sessions').pluck()
  for (let looks = 0; looks < maxLooks && count.get() !== expected; looks++) await setTimeout(100)
  const found = count.get() as number
  file.close()
  return found
}

t.test('a log-out on a full disk holds at once, and is stored when there is room', { skip: whyNoDisk() }, async (t) => {
  const disk = makeDisk(t, diskBytes)
  const messenger = await startMessenger(t, { dir: disk.path })
  const [ann, bob] = [await messenger.signUp('ann'), await messenger.signUp('bob')]
  const tab = await messenger.connect(ann)
  disk.fill()

  const exit = await fetch(`${messenger.url}/exit`, { method: 'POST', headers: { cookie: ann } })
  t.same([exit.status, cookieOf(exit)], [503, 'auth='])
  t.equal((await tab.closed).code, 1008)
  t.same([await statusFor(messenger, { cookie: ann }), await statusFor(messenger, { cookie: bob })], [401, 200])
  t.equal(await countSessions(disk.path, 2), 2)

  disk.clear()
  t.equal(await countSessions(disk.path, 1), 1)
  await messenger.end('SIGKILL')
  const restarted = await startMessenger(t, { dir: disk.path })
  t.same([await statusFor(restarted, { cookie: ann }), await statusFor(restarted, { cookie: bob })], [401, 200])
  t.equal(await restarted.end('SIGTERM'), 0)
})
