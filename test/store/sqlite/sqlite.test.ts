import { copyFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { AppError } from '../../../src/errors.js'
import { driver as SQLite } from '../../../src/store/sqlite/driver.js'
import { openSqliteStore } from '../../../src/store/sqlite/index.js'
import { migrations } from '../../../src/store/sqlite/migrations.js'
import type { Store } from '../../../src/store/store.js'
import { damage } from '../../helpers/faults/damage.js'
import { testStore } from '../suite/index.js'
import { account } from '../suite/people.js'

const options = { busyTimeoutMs: 5000, maxLogPages: 10_000 }

testStore(t, (t) => {
  const file = join(t.testdir(), 'folder', 'messenger.db')
  return async (observer) => openSqliteStore(file, { ...options, ...observer })
})

t.test('a file that has been emptied is no new store, while one that was hardly begun is', async (t) => {
  const dir = t.testdir({ 'messenger.db': '', 'jwt.key': 'secret' })
  t.throws(() => openSqliteStore(join(dir, 'messenger.db'), options), { message: /messenger\.db: the file is empty/ })
  unlinkSync(join(dir, 'jwt.key'))
  await openSqliteStore(join(dir, 'messenger.db'), options).close()
})

t.test('sessions that have expired go with the log-ins of others, some at a time', async (t) => {
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
  t.same(counts, [21, 12, 3, 4], 'ten for each that comes')
  await store.close()
})

t.test('commits wait for the disk, at every opening, unless an operator does not ask for it', async (t) => {
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
    { why: 'no folder can be made there', file: '/proc/x/y/messenger.db', message: /^\/proc.*: ENOENT/ },
    { why: 'there is no place for it', file: join(dir, 'file', 'messenger.db'), message: /EEXIST|ENOTDIR/ }
  ]
  for (const { why, file, message } of refused) t.throws(() => openSqliteStore(file, options), { message }, why)
})

t.test('damage is found at the start in a file that is soon read, and in a large one where it is read', async (t) => {
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

t.test('a database of the first version is brought to the newest, with all that is in it', async (t) => {
  const file = join(t.testdir(), 'messenger.db')
  const database = new SQLite(file)
  database.exec(migrations[0] as string)
  database.pragma('user_version = 1')
  const [ann, bob] = ['1', '2'].map((digit) => digit.repeat(24))
  database.exec(`
    INSERT INTO users VALUES ('${ann}', '@ann', 'ann', 'a@b', 'a@b', 'hash', 'Ann', 'Test', 'default.jpg');
    INSERT INTO users VALUES ('${bob}', '@bob', 'bob', 'b@b', 'b@b', 'hash', 'Bob', 'Test', 'default.jpg');
    INSERT INTO dialogs VALUES (1, '${'3'.repeat(24)}', '${ann}', '${bob}', 2, 1000, 7, 0, 1, 0, 1);
    INSERT INTO messages VALUES (1, 1, '${'4'.repeat(24)}', 1, 900, 'one'), (1, 2, '${'5'.repeat(24)}', 1, 1000, 'two');
    UPDATE counters SET value = 7`)
  database.close()

  const store = openSqliteStore(file, options)
  const cursor = await store.updates.newestCursor()
  const { message } = await store.messages.add({
    sender: { _id: bob as string, tag: '@bob' },
    receiverTag: '@ann',
    text: 'three'
  })
  t.match(await store.messages.list(ann as string, bob as string, 0, 9), [
    { text: 'three', seq: 3 },
    { text: 'two', isRead: false },
    { text: 'one', isRead: true }
  ])
  const updates = await store.updates.list(ann as string, cursor, 9)
  t.same(updates.messages, [message], 'what was there before is no update')
  t.same((await store.updates.list(ann as string, cursor.replace(/\d+$/, '0'), 9)).messages, [message])
  t.match(await store.users.searchByName('bob t', ann as string, 9), [{ tag: '@bob' }], 'names have keys')
  t.match(updates.dialogs, [
    { unreadIncoming: 1, unreadOutgoing: 1, peer: { tag: '@bob', lastSeen: 0x22222222 * 1000 } }
  ])
  await store.close()
})

t.test('a database that has gone back to an older copy knows what it has not given', async (t) => {
  const dir = t.testdir()
  const open = (name: string) => openSqliteStore(join(dir, name), options)
  const say = (store: Store, text: string) => store.messages.add({ sender: ann, receiverTag: bob.tag, text })

  const store = open('messenger.db')
  const [ann, bob] = [await store.users.create(account('ann')), await store.users.create(account('bob'))]
  await say(store, 'one')
  const common = await store.updates.newestCursor()
  await store.close()
  copyFileSync(join(dir, 'messenger.db'), join(dir, 'copy.db'))
  const reopened = open('messenger.db')
  await say(reopened, 'two')
  const lost = await reopened.updates.newestCursor()
  await reopened.close()

  const refusal = new AppError('invalidParams', 'is no cursor of this server: load everything anew')
  const copy = open('copy.db')
  for (const text of ['other two', 'three']) await say(copy, text)
  t.match(await copy.updates.list(bob._id, common, 9), { messages: [{ text: 'other two' }, { text: 'three' }] })
  await t.rejects(copy.updates.list(bob._id, lost, 9), refusal)
  const beyond = common.replace(/\d+$/, (version) => `${Number(version) + 1}`)
  await t.rejects(copy.updates.list(bob._id, beyond, 9), refusal, 'of an epoch that was cut short')
  await copy.close()
})

t.test('a store that is closed leaves nothing to recover, also when others have the file open', async (t) => {
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
