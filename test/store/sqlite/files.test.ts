import { unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { driver as SQLite } from '../../../src/store/sqlite/driver.js'
import { openSqliteStore } from '../../../src/store/sqlite/index.js'
import { damage } from '../../helpers/faults/damage.js'
import { account } from '../suite/people.js'

const options = { busyTimeoutMs: 5000, maxLogPages: 10_000 }

t.test('an emptied file is not a new store, but the file of a first start that was killed is', async (t) => {
  const dir = t.testdir({ 'messenger.db': '', 'jwt.key': 'secret' })
  t.throws(() => openSqliteStore(join(dir, 'messenger.db'), options), { message: /messenger\.db: the file is empty/ })
  unlinkSync(join(dir, 'jwt.key'))
  await openSqliteStore(join(dir, 'messenger.db'), options).close()
})

t.test('a file that cannot be a store is refused and not changed', async (t) => {
  const dir = t.testdir({ 'text.db': 'This is a text, and longer than the header of a database is.'.repeat(10) })
  const newer = join(dir, 'newer.db')
  const database = new SQLite(newer)
  database.pragma('journal_mode = WAL')
  database.pragma('user_version = 1000')
  database.close()
  writeFileSync(join(dir, 'file'), '')

  const refused = [
    { why: 'it is not a database', file: join(dir, 'text.db'), message: /text\.db: file is not a database/ },
    { why: 'a newer program has written it', file: newer, message: /newer\.db: .*version 1000.*update the program/ },
    { why: 'it cannot be durable', file: ':memory:', message: /:memory:: needs journal_mode=WAL, SQLite says memory/ },
    { why: 'it is a folder', file: dir, message: /^\/.*: unable to open/ },
    { why: 'no folder can be made there', file: '/proc/x/y/messenger.db', message: /^\/proc.*: ENOENT/ },
    { why: 'there is no place for it', file: join(dir, 'file', 'messenger.db'), message: /EEXIST|ENOTDIR/ }
  ]
  for (const { why, file, message } of refused) t.throws(() => openSqliteStore(file, options), { message }, why)
})

t.test('damage is found at the start in a small file, and where it is read in a large one', async (t) => {
  const damaged = async (bytes: number) => {
    const file = join(t.testdir(), 'messenger.db')
    const store = openSqliteStore(file, options)
    const { _id } = await store.users.create(account('ann'))
    await store.images.add({ name: 'large.webp', ownerId: _id, bytes: Buffer.alloc(bytes, 'x') })
    await store.close()
    damage(file, 8192, 4096)
    return file
  }
  const small = await damaged(1_000_000)
  t.throws(() => openSqliteStore(small, options), { message: /messenger\.db: (the file is damaged|.*malformed)/ })
  const large = openSqliteStore(await damaged(65 * 1024 * 1024), options)
  await large.close()
})
