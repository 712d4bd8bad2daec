import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openSqliteStore } from '../../src/store/sqlite/index.js'
import { damage } from '../faults/damage.js'
import { account } from './suite/people.js'

const options = { busyTimeoutMs: 5000, maxLogPages: 10_000 }

t.test('a damaged file that is refused keeps its log, and stays as it is', async (t) => {
  const dir = t.testdir({ live: {} })
  const store = openSqliteStore(join(dir, 'live', 'messenger.db'), options)
  await store.createUser(account('ann'))
  await store.close()
  const again = openSqliteStore(join(dir, 'live', 'messenger.db'), options)
  await again.createUser(account('bob'))
  // As a killed server leaves it.
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
