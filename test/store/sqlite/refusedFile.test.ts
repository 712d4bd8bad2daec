import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { backUp } from '../../../src/commands/backup/backup.js'
import { loadSecret } from '../../../src/store/secret.js'
import { openSqliteStore } from '../../../src/store/sqlite/index.js'
import { damage } from '../../helpers/faults/damage.js'
import { account } from '../suite/people.js'

const options = { busyTimeoutMs: 5000, maxLogPages: 10_000 }

t.test('a refused damaged file keeps its log and is not changed', async (t) => {
  const dir = t.testdir({ live: {} })
  const store = openSqliteStore(join(dir, 'live', 'messenger.db'), options)
  await store.users.create(account('ann'))
  await store.close()
  const again = openSqliteStore(join(dir, 'live', 'messenger.db'), options)
  await again.users.create(account('bob'))
  // A killed server leaves its log.
  cpSync(join(dir, 'live'), join(dir, 'killed'), { recursive: true })
  await again.close()
  const file = join(dir, 'killed', 'messenger.db')
  damage(file, 8192, 16_384)
  const content = () => [file, `${file}-wal`].map((path) => readFileSync(path))
  const before = content()
  t.throws(() => openSqliteStore(file, options), {
    message: /messenger\.db: .*(damaged|malformed): put a backup in its place with `messenger-server restore FILE`$/
  })
  t.same(content(), before)
})

t.test(
  'a backup that was copied under the log of another database is refused, and both stay as they are',
  async (t) => {
    const dir = t.testdir()
    const file = join(dir, 'messenger.db')
    const store = openSqliteStore(file, options)
    await store.users.create(account('ann'))
    const backup = join(dir, 'backup.db')
    backUp({ file, to: backup, busyTimeoutMs: 5000 })
    const log = readFileSync(`${file}-wal`)
    await store.close()
    cpSync(backup, file)
    writeFileSync(`${file}-wal`, log)
    t.throws(() => openSqliteStore(file, options), { message: /messenger\.db-wal is the log of another database/ })
    t.same(readFileSync(file), readFileSync(backup))
    t.same(readFileSync(`${file}-wal`), log)
  }
)

t.test('the error of an unreadable secret names its file', async (t) => {
  const dir = t.testdir()
  t.throws(() => loadSecret(dir), { message: `${dir}: EISDIR: illegal operation on a directory, read` })
})
