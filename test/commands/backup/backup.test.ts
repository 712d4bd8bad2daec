import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { StoredUser } from '../../../src/store/records.js'
import { driver as SQLite } from '../../../src/store/sqlite/driver.js'
import { makeHouse, peopleIn, run } from '../../helpers/commands/drill.js'
import { open, settleTown, visit } from '../../helpers/commands/town.js'
import { damage } from '../../helpers/faults/damage.js'

t.test('a restore brings back everything that users can see', async (t) => {
  const dir = t.testdir({ data: {} })
  const url = `file:${join(dir, 'data', 'messenger.db')}`
  const town = await settleTown(url)
  const before = await visit(t, url, town)
  const backup = join(dir, 'backup.db')
  await run(t, 'backup', backup, url)

  const store = await open(url)
  const [ann, bob] = town.people
  await store.messages.add({ sender: ann as StoredUser, receiverTag: String(bob?.tag), text: 'lost' })
  const lost = await store.updates.newestCursor()
  await store.close()
  await run(t, 'restore', backup, url)

  t.same(await visit(t, url, town), before)
  const restored = await open(url)
  await t.rejects(restored.updates.list(String(ann?._id), lost, 9), { message: /load everything anew/ })
  const added = await restored.messages.add({ sender: ann as StoredUser, receiverTag: String(bob?.tag), text: 'new' })
  t.match(added, { isDuplicate: false })
  await restored.close()
})

t.test('a backup is readable by its owner alone, and leaves no other file', async (t) => {
  const { dir, file, backup, url } = await makeHouse(t)
  t.same(peopleIn(backup), ['@ann'])
  t.equal(statSync(backup).mode & 0o777, 0o600)
  t.same(readdirSync(dir).sort(), ['backup.db', 'data'])
  chmodSync(backup, 0o444)
  await run(t, 'restore', backup, url)
  t.equal(statSync(file).mode & 0o777, 0o600, 'nor is what is restored from one that others may read')
  t.same(peopleIn(file), ['@ann'])
})

t.test('the former database is kept with the content of its log', async (t) => {
  const { dir, file, backup, url } = await makeHouse(t)
  const store = await open(url)
  await store.users.setLastSeen('nobody', 1)
  // A killed server leaves its log.
  const killed = join(dir, 'killed')
  cpSync(join(dir, 'data'), killed, { recursive: true })
  await store.close()
  const left = join(killed, 'messenger.db')
  t.ok(statSync(`${left}-wal`).size > 0)
  const lines = await run(t, 'restore', backup, `file:${left}`)
  t.same(peopleIn(left), ['@ann'])
  const aside = readdirSync(killed).filter((name) => name.includes('replaced'))
  t.equal(aside.length, 1, 'it is one file')
  t.match(lines.join(), aside[0])
  t.same(peopleIn(join(killed, String(aside[0]))), ['@ann', '@bob'])
  t.same(readdirSync(killed).sort(), ['jwt.key', 'messenger.db', ...aside].sort())

  await run(t, 'restore', join(killed, String(aside[0])), url)
  t.same(peopleIn(file), ['@ann', '@bob'], 'and can be restored')
})

t.test('a restored database does not depend on former files', async (t) => {
  const spoilt: { why: string; spoil(file: string): void }[] = [
    { why: 'no folder', spoil: (file) => rmSync(join(file, '..'), { recursive: true }) },
    { why: 'no file, but its log', spoil: (file) => rmSync(file) },
    { why: 'an emptied file and its log', spoil: (file) => writeFileSync(file, '') },
    { why: 'garbage', spoil: (file) => damage(file, 0) },
    {
      why: 'garbage without a log',
      spoil(file) {
        rmSync(`${file}-wal`)
        writeFileSync(file, 'garbage'.repeat(1000))
      }
    },
    { why: 'garbage behind the header', spoil: (file) => damage(file, 4096) },
    {
      why: 'the backup under the log of the former database',
      spoil: (file) => cpSync(join(file, '../../backup.db'), file)
    }
  ]
  const { dir, backup } = await makeHouse(t)
  for (const { why, spoil } of spoilt) {
    const folder = join(dir, why)
    const file = join(folder, 'messenger.db')
    const store = await open(`file:${join(dir, 'data', 'messenger.db')}`)
    cpSync(join(dir, 'data'), folder, { recursive: true })
    await store.close()
    spoil(file)
    if (existsSync(folder)) writeFileSync(`${file}.0a1b2c3d.part`, 'of a run that was killed')
    if (existsSync(folder)) writeFileSync(`${file}-journal`, '')
    await run(t, 'restore', backup, `file:${file}`)
    t.same(peopleIn(file), ['@ann'], why)
    const own = readdirSync(folder).filter((name) => !name.includes('.replaced-'))
    t.same(
      own.filter((name) => name !== 'jwt.key'),
      ['messenger.db'],
      why
    )
  }
})

t.test(
  'the owner of the database owns what is restored',
  { skip: process.getuid?.() !== 0 && 'needs root' },
  async (t) => {
    const { dir, backup } = await makeHouse(t)
    const folder = join(dir, 'of-nobody')
    mkdirSync(folder)
    chownSync(folder, 65_534, 65_534)
    for (const when of ['where there was none', 'where there was one']) {
      await run(t, 'restore', backup, `file:${folder}/messenger.db`)
      t.match(statSync(join(folder, 'messenger.db')), { uid: 65_534, gid: 65_534 }, when)
    }
  }
)

t.test('a server that starts during a restore does not open the former database', async (t) => {
  const { file, backup, url } = await makeHouse(t)
  // The server has found the former file, and waits for its lock.
  const late = new SQLite(file)
  t.teardown(() => late.close())
  await run(t, 'restore', backup, url)
  t.throws(() => late.pragma('journal_mode = WAL'), { code: 'SQLITE_READONLY_DBMOVED' })
  t.same(peopleIn(file), ['@ann'])
})

t.test('a link to the database stays a link', async (t) => {
  const { dir, file, backup } = await makeHouse(t)
  const link = join(dir, 'link.db')
  symlinkSync(file, link)
  await run(t, 'restore', backup, `file:${link}`)
  t.same(peopleIn(file), ['@ann'])
})
