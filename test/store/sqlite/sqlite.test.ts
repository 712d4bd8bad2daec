import { statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { driver as SQLite } from '../../../src/store/sqlite/driver.js'
import { openSqliteStore } from '../../../src/store/sqlite/index.js'
import { testStore } from '../suite/index.js'
import { account } from '../suite/people.js'

const options = { busyTimeoutMs: 5000, maxLogPages: 10_000 }

testStore(t, (t) => {
  const file = join(t.testdir(), 'folder', 'messenger.db')
  return async (observer) => openSqliteStore(file, { ...options, ...observer })
})

t.test('each log-in deletes some expired sessions of other users', async (t) => {
  const file = join(t.testdir(), 'messenger.db')
  const store = openSqliteStore(file, options)
  const [ann, bob] = [await store.users.create(account('ann')), await store.users.create(account('bob'))]
  const logIn = (number: number, { _id, tag }: typeof ann) =>
    store.sessions.add({ _id: `${number}`.padStart(24, '0'), user: { _id, tag }, expiresAt: Date.now() + 60_000 })
  for (let number = 0; number < 30; number++) await logIn(number, bob)
  const database = new SQLite(file)
  t.teardown(() => database.close())
  database.exec('UPDATE sessions SET expiresAt = 1')
  const count = database.prepare<[], number>('SELECT count(*) FROM sessions').pluck()

  const counts = []
  for (let number = 100; number < 104; number++) {
    await logIn(number, ann)
    counts.push(count.get())
  }
  t.same(counts, [21, 12, 3, 4], 'ten for each log-in')
  await store.close()
})

t.test('every opening makes commits wait for the disk, unless the operator chose otherwise', async (t) => {
  const file = join(t.testdir(), 'messenger.db')
  for (const [sync, synchronous] of [
    [undefined, 2],
    ['FULL', 2],
    ['NORMAL', 1],
    [undefined, 2]
  ] as const) {
    const pragma = t.capture(SQLite.prototype, 'pragma', SQLite.prototype.pragma)
    await openSqliteStore(file, { ...options, ...(sync && { sync }) }).close()
    const wished = pragma().find(({ args: [text] }) => text === 'synchronous')
    t.equal(wished && 'returned' in wished && wished.returned, synchronous, `${sync}`)
  }
})

t.test('a closed store leaves nothing to recover, even if another process has the file open', async (t) => {
  const file = join(t.testdir(), 'messenger.db')
  const store = openSqliteStore(file, options)
  const other = new SQLite(file)
  t.teardown(() => other.close())
  other.pragma('user_version')
  await store.users.create(account('ann'))
  t.ok(statSync(`${file}-wal`).size > 0)
  await store.close()
  t.equal(statSync(`${file}-wal`).size, 0)
})
