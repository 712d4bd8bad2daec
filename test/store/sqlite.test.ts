import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { driver as SQLite } from '../../src/store/sqlite/driver.js'
import { openSqliteStore } from '../../src/store/sqlite/index.js'
import { testStore } from './suite/index.js'
import { account } from './suite/people.js'

const busyTimeoutMs = 5000

testStore(t, (t) => {
  const file = join(t.testdir(), 'folder', 'messenger.db')
  return async () => openSqliteStore(file, busyTimeoutMs)
})

t.test('a file that cannot be a store is refused, and left as it is', async (t) => {
  const dir = t.testdir({ 'text.db': 'This is a text, and longer than the header of a database is.'.repeat(10) })
  const newer = join(dir, 'newer.db')
  const database = new SQLite(newer)
  database.pragma('journal_mode = WAL')
  database.pragma('user_version = 1000')
  database.close()
  writeFileSync(join(dir, 'file'), '')

  const refused = [
    { why: 'it is no database', file: join(dir, 'text.db'), message: /text\.db: file is not a database/ },
    { why: 'a newer program has written it', file: newer, message: /newer\.db: .*version 1000.*update the program/ },
    { why: 'it cannot be durable', file: ':memory:', message: /:memory:: needs journal_mode=WAL, SQLite says memory/ },
    { why: 'it is a folder', file: dir, message: /^\/.*: unable to open/ },
    { why: 'there is no place for it', file: join(dir, 'file', 'messenger.db'), message: /EEXIST|ENOTDIR/ }
  ]
  for (const { why, file, message } of refused) t.throws(() => openSqliteStore(file, busyTimeoutMs), { message }, why)
})

t.test('a transaction that fails takes all its writes with it, and the next one works', async (t) => {
  const file = join(t.testdir(), 'messenger.db')
  const store = openSqliteStore(file, busyTimeoutMs)
  const [ann, bob] = await Promise.all(['ann', 'bob'].map((name) => store.createUser(account(name))))
  const hello = { senderId: ann?._id ?? '', receiverId: bob?._id ?? '', text: 'hello' }

  const both = await Promise.allSettled([store.addMessage(hello), store.addMessage({ ...hello, receiverId: 'nobody' })])
  t.match(both, [{ status: 'rejected' }, { status: 'rejected', reason: { code: 'SQLITE_CONSTRAINT_FOREIGNKEY' } }])
  t.same(await store.listDialogs(hello.senderId, 0, 9), [])
  t.match(await store.addMessage(hello), { message: { seq: 1 } })
  await store.close()
})

t.test('all that follows from a write comes before what follows from the next one', async (t) => {
  const store = openSqliteStore(join(t.testdir(), 'messenger.db'), busyTimeoutMs)
  const ann = await store.createUser(account('ann'))
  const log: string[] = []
  const rename = async (firstName: string) => {
    await store.updateUser(ann._id, { firstName })
    log.push(`${firstName} notified`)
    for (let index = 0; index < 9; index++) await undefined
    log.push(`${firstName} answered`)
  }

  await Promise.all(['A', 'B', 'C'].map(rename))
  t.same(
    log,
    ['A', 'B', 'C'].flatMap((name) => [`${name} notified`, `${name} answered`])
  )
  await store.close()
})

t.test('what is asked often reads what it returns, through indexes', async (t) => {
  const file = join(t.testdir(), 'messenger.db')
  const { prepare } = SQLite.prototype
  const prepared = t.capture(SQLite.prototype, 'prepare', prepare)
  await openSqliteStore(file, busyTimeoutMs).close()
  prepared.restore()
  const database = new SQLite(file)
  t.teardown(() => database.close())

  const queries = prepared()
    .map(({ args }) => args[0])
    .filter((sql) => /^\s*(SELECT|UPDATE)/.test(sql))
  t.ok(queries.length > 10)
  for (const sql of queries) {
    const names = sql.match(/(?<=:)\w+/g)
    const parameters = names
      ? [Object.fromEntries(names.map((name) => [name, 1]))]
      : Array(sql.split('?').length - 1).fill(1)
    const plan = database.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(...parameters)
    const details = plan.map(({ detail }) => detail).join('; ')
    // A part of a tag can stand anywhere in it: that search goes through the index of tags, and no further.
    t.notMatch(details, /SCAN (users USING INDEX|users;|dialogs|messages|images)|TEMP B-TREE/, sql.replace(/\s+/g, ' '))
  }
})
