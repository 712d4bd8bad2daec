import { join } from 'node:path'
import t, { type Test } from 'tap'
import { copy } from '../../src/commands/copy/index.js'
import { openStore } from '../../src/store/open.js'
import { driver as SQLite } from '../../src/store/sqlite/driver.js'
import { migrations } from '../../src/store/sqlite/migrations.js'
import { useMongo, withoutMongo } from '../helpers/mongod.js'
import { formerEmails, testFormerEmails } from '../helpers/store/formerEmails.js'

const options = { timeoutMs: 5000, busyTimeoutMs: 5000, maxLogPages: 10_000, onNotice: () => {} }
const versionBefore = 4

/** A file as an older version left it. */
function makeFormer(file: string) {
  const database = new SQLite(file)
  for (const migration of migrations.slice(0, versionBefore)) database.exec(migration)
  database.pragma(`user_version = ${versionBefore}`)
  const insert = database.prepare(`
    INSERT INTO users (_id, tag, tagKey, email, emailKey, passwordHash, firstName, lastName, img)
    VALUES (?, ?, ?, ?, ?, 'hash', 'Jos\u00e9', 'van der Berg', 'default.jpg')`)
  for (const [number, email] of formerEmails.entries()) {
    insert.run(`${number + 1}`.padStart(24, '0'), `@n${number}`, `n${number}`, email, email.toLowerCase())
  }
  database.close()
}

t.test('users of an older version log in with their addresses and are found by name', async (t) => {
  const dir = t.testdir()
  const original = `file:${join(dir, 'messenger.db')}`
  makeFormer(join(dir, 'messenger.db'))
  async function look(t: Test, url: string) {
    const store = await openStore(url, options)
    await testFormerEmails(t, store)
    t.equal((await store.users.searchByName('jose van', 'f'.repeat(24), 30)).length, formerEmails.length)
    await store.close()
  }
  await look(t, original)
  await t.test('in copies, too', { skip: withoutMongo }, async (t) => {
    let from = original
    for (const to of [(await useMongo(t))(t), `file:${join(dir, 'copy', 'messenger.db')}`]) {
      await copy([from, to], () => {})
      await look(t, to)
      from = to
    }
  })
})
