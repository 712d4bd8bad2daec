import { renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { createCheckpoints } from '../../src/store/sqlite/checkpoints.js'
import { driver as SQLite } from '../../src/store/sqlite/driver.js'
import { openSqliteStore } from '../../src/store/sqlite/index.js'
import { account } from './suite/people.js'

const pageBytes = 4096
const options = { busyTimeoutMs: 5000, maxLogPages: 40 }

t.test('the write-ahead log begins anew again and again, and nothing is lost', async (t) => {
  const file = join(t.testdir(), 'messenger.db')
  const store = openSqliteStore(file, options)
  const [ann, bob] = [await store.createUser(account('ann')), await store.createUser(account('bob'))]
  const logBytes = () => statSync(`${file}-wal`).size

  let sent = 0
  const say = async () => {
    await store.addMessage({ senderId: ann._id, receiverTag: '@bob', text: `${++sent}` })
  }
  while (statSync(file).size < 40 * pageBytes && sent < 100_000) await say()
  t.ok(sent < 100_000, `after ${sent} messages the database has them`)
  const before = logBytes()
  for (let number = 0; number < 1000; number++) await say()
  t.ok(logBytes() - before < 100 * pageBytes, 'and the log does not grow, though a message takes some pages of it')
  await store.close()

  const reopened = openSqliteStore(file, options)
  t.match(await reopened.listMessages(ann._id, bob._id, 0, 1), [{ seq: sent, text: `${sent}` }])
  await reopened.close()
})

t.test('a store whose checkpoints fail goes on', async (t) => {
  const dir = t.testdir()
  const store = openSqliteStore(join(dir, 'messenger.db'), { ...options, maxLogPages: 1 })
  const ann = await store.createUser(account('ann'))
  await store.createUser(account('bob'))
  renameSync(join(dir, 'messenger.db'), join(dir, 'moved.db'))
  for (let seq = 1; seq <= 100; seq++) {
    const { message } = await store.addMessage({ senderId: ann._id, receiverTag: '@bob', text: 'hello' })
    if (message.seq !== seq) t.fail(`${message.seq} instead of ${seq}`)
    await new Promise(setImmediate)
  }
  await store.close()
  const moved = openSqliteStore(join(dir, 'moved.db'), options)
  t.match(await moved.listDialogs(ann._id, 0, 1), [{ lastMessage: { seq: 100 } }])
  await moved.close()
})

t.test('a checkpoint that cannot be finished is none', async (t) => {
  const database = new SQLite(join(t.testdir(), 'messenger.db'))
  database.pragma('journal_mode = WAL')
  database.exec('CREATE TABLE numbers (number INTEGER)')
  const checkpoints = createCheckpoints(database, 1)
  checkpoints.onCommitted()
  database.close()
  await checkpoints.close()
  t.equal(database.open, false)
})
