import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { AppError } from '../../../src/errors.js'
import { driver as SQLite } from '../../../src/store/sqlite/driver.js'
import { openSqliteStore } from '../../../src/store/sqlite/index.js'
import { migrations } from '../../../src/store/sqlite/migrations.js'
import type { Store } from '../../../src/store/store.js'
import { account } from '../suite/people.js'

const options = { busyTimeoutMs: 5000, maxLogPages: 10_000 }

t.test('a database of the first version is brought to the newest one with its whole content', async (t) => {
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
  t.same(updates.messages, [message], 'an older message is not an update')
  t.same((await store.updates.list(ann as string, cursor.replace(/\d+$/, '0'), 9)).messages, [message])
  t.match(await store.users.searchByName('bob t', ann as string, 9), [{ tag: '@bob' }], 'names have keys')
  t.match(updates.dialogs, [
    { unreadIncoming: 1, unreadOutgoing: 1, peer: { tag: '@bob', lastSeen: 0x22222222 * 1000 } }
  ])
  await store.close()
})

t.test('a database restored from an older copy refuses cursors that it has not given', async (t) => {
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
  await t.rejects(copy.updates.list(bob._id, beyond, 9), refusal, 'a cursor beyond the end of its epoch')
  await copy.close()
})
