import { renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import t, { type Test } from 'tap'
import { createCheckpoints } from '../../../src/store/sqlite/checkpoints.js'
import { driver as SQLite } from '../../../src/store/sqlite/driver.js'
import { openSqliteStore } from '../../../src/store/sqlite/index.js'
import { makeDisk, whyNoDisk } from '../../helpers/faults/disk.js'
import { account } from '../suite/people.js'

const pageBytes = 4096
const options = { busyTimeoutMs: 5000, maxLogPages: 40 }

/** Watches the threads that start during a test. */
function observeThreads(t: Test) {
  const threads = { startedAt: [] as number[], endedAt: [] as number[], answers: [] as boolean[] }
  const observe = (thread: Worker) => {
    threads.startedAt.push(performance.now())
    thread.on('message', (answer) => threads.answers.push(answer))
    thread.on('exit', () => threads.endedAt.push(performance.now()))
  }
  process.on('worker', observe)
  t.teardown(() => process.off('worker', observe))
  return threads
}

t.test('the write-ahead log restarts again and again, and nothing is lost', async (t) => {
  const file = join(t.testdir(), 'messenger.db')
  const store = openSqliteStore(file, options)
  const [ann, bob] = [await store.users.create(account('ann')), await store.users.create(account('bob'))]
  const logBytes = () => statSync(`${file}-wal`).size

  let sent = 0
  const say = async () => {
    await store.messages.add({ sender: ann, receiverTag: '@bob', text: `${++sent}` })
  }
  while (statSync(file).size < 40 * pageBytes && sent < 100_000) await say()
  t.ok(sent < 100_000, `after ${sent} messages the database has them`)
  const before = logBytes()
  for (let number = 0; number < 1000; number++) await say()
  t.ok(logBytes() - before < 100 * pageBytes, 'and the log does not grow, though a message takes some pages of it')
  await store.close()

  const reopened = openSqliteStore(file, options)
  t.match(await reopened.messages.list(ann._id, bob._id, 0, 1), [{ seq: sent, text: `${sent}` }])
  await reopened.close()
})

t.test('a store whose checkpoints fail keeps working', async (t) => {
  const dir = t.testdir()
  const threads = observeThreads(t)
  const store = openSqliteStore(join(dir, 'messenger.db'), { ...options, maxLogPages: 1 })
  const ann = await store.users.create(account('ann'))
  await store.users.create(account('bob'))
  renameSync(join(dir, 'messenger.db'), join(dir, 'moved.db'))
  let sent = 0
  for (; threads.startedAt.length < 2; sent++) {
    const { message } = await store.messages.add({ sender: ann, receiverTag: '@bob', text: 'hello' })
    if (message.seq !== sent + 1) t.fail(`${message.seq} instead of ${sent + 1}`)
    await new Promise(setImmediate)
  }
  await store.close()
  const [first, second] = [threads.endedAt[0] as number, threads.startedAt[1] as number]
  t.ok(second - first > 900, 'and waits before it starts another thread')
  const moved = openSqliteStore(join(dir, 'moved.db'), options)
  t.match(await moved.dialogs.list(ann._id, 0, 1), [{ lastMessage: { seq: sent } }])
  await moved.close()
})

t.test('a checkpoint that failed on a full disk is made when there is room', { skip: whyNoDisk() }, async (t) => {
  const disk = makeDisk(t, 64 * 1024 * 1024)
  const threads = observeThreads(t)
  const store = openSqliteStore(join(disk.path, 'messenger.db'), options)
  const ann = await store.users.create(account('ann'))
  await store.users.create(account('bob'))
  t.teardown(() => store.close())
  // The writes are slow, so that the log does not fill the disk before the thread has started or tries again.
  const sayUntil = async (isEnough: () => boolean) => {
    for (let sent = 0; !isEnough(); sent++) {
      if (sent === 5000) throw new Error('It does not happen.')
      await store.messages.add({ sender: ann, receiverTag: '@bob', text: 'x'.repeat(4000) }).catch(() => {})
      await delay(5)
    }
  }
  // The log never shrinks, so it has room for the same pages on a full disk.
  await sayUntil(() => threads.answers.length > 0)
  disk.fill()
  await sayUntil(() => threads.answers.includes(false))
  disk.clear()
  const failures = threads.answers.length
  await sayUntil(() => threads.answers.length > failures)
  t.same([threads.answers[0], threads.answers.at(-1)], [true, true])
  t.equal(threads.startedAt.length, 1, 'by the same thread')
})

t.test('a checkpoint that cannot be finished does not count', async (t) => {
  const database = new SQLite(join(t.testdir(), 'messenger.db'))
  database.pragma('journal_mode = WAL')
  database.exec('CREATE TABLE numbers (number INTEGER)')
  const checkpoints = createCheckpoints(database, 1)
  checkpoints.onCommitted()
  database.close()
  await checkpoints.close()
  t.equal(database.open, false)
})
