import { cpSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { driver as SQLite } from '../../../src/store/sqlite/driver.js'
import { contentOf, makeHouse, populate, run } from '../../helpers/commands/drill.js'
import { open } from '../../helpers/commands/town.js'
import { damage } from '../../helpers/faults/damage.js'
import { makeDisk, whyNoDisk } from '../../helpers/faults/disk.js'

const mongo = 'mongodb://ann:hidden@127.0.0.1/x'

interface Refusal {
  why: string
  file: string
  url?: string
  says: RegExp
}

async function refuse(t: Test, name: 'backup' | 'restore', url: string, refusals: Refusal[]) {
  for (const { why, file, url: other = url, says } of refusals) {
    const outcome = await run(t, name, file, other).catch(({ message }: Error) => message)
    t.match(outcome, says, why)
    t.notMatch(outcome, /hidden|\n/, why)
  }
}

t.test('a backup that would be useless or overwrite something is refused', async (t) => {
  const { dir, file, backup, url } = await makeHouse(t)
  const foreign = join(dir, 'foreign.db')
  const database = new SQLite(foreign)
  database.exec('CREATE TABLE users (name); PRAGMA user_version = 1')
  database.close()
  const damaged = join(dir, 'damaged.db')
  cpSync(file, damaged)
  damage(damaged, 8192)
  symlinkSync(join(dir, 'data'), join(dir, 'other-name'))
  const namesIn = (folder: string) => readdirSync(folder).filter((name) => !/-(shm|wal)$/.test(name))
  const before = [contentOf(join(dir, 'data')), namesIn(dir)]
  const fresh = join(dir, 'new.db')
  await refuse(t, 'backup', url, [
    { why: 'it would overwrite', file: backup, says: /backup\.db: it exists already, and is not overwritten$/ },
    { why: 'a folder', file: join(dir, 'data'), says: /data: it exists already/ },
    { why: 'the database', file, says: /messenger\.db: the database uses this name/ },
    { why: 'its log', file: `${file}-wal`, says: /the database uses this name/ },
    { why: 'by a link', file: join(dir, 'other-name', 'messenger.db-shm'), says: /the database uses this name/ },
    { why: 'the secret', file: join(dir, 'data', 'jwt.key'), says: /the database uses this name/ },
    { why: 'no folder', file: join(dir, 'none', 'new.db'), says: /new\.db: its folder does not exist$/ },
    { why: 'a file as folder', file: join(backup, 'new.db'), says: /new\.db: its folder is a file$/ },
    { why: 'a name that is too long', file: join(dir, 'x'.repeat(300)), says: /ENAMETOOLONG/ },
    { why: 'no database', file: fresh, url: `file:${fresh}`, says: /new\.db: there is no database yet$/ },
    { why: 'a folder as database', file: fresh, url: `file:${dir}`, says: /there is no database yet$/ },
    { why: 'a database of others', file: fresh, url: `file:${foreign}`, says: /foreign\.db: it is not a store/ },
    { why: 'a damaged one', file: fresh, url: `file:${damaged}`, says: /damaged\.db: .*(malformed|damaged)/ },
    { why: 'MongoDB', file: fresh, url: mongo, says: /^db\.url is a MongoDB database: use `mongodump`/ }
  ])
  t.same([contentOf(join(dir, 'data')), namesIn(dir)], before, 'nothing has changed')
})

t.test('a file on which no server could start is not restored', async (t) => {
  const { dir, file, backup, url } = await makeHouse(t)
  const spoil = (name: string, how: (file: string) => void) => {
    const spoilt = join(dir, name)
    cpSync(backup, spoilt)
    how(spoilt)
    return spoilt
  }
  const run = (sql: string) => (file: string) => {
    const database = new SQLite(file)
    database.exec(sql)
    database.close()
  }
  const before = contentOf(join(dir, 'data'))
  await refuse(t, 'restore', url, [
    { why: 'no file', file: join(dir, 'none.db'), says: /none\.db: there is no such file$/ },
    { why: 'a folder', file: dir, says: /: it is not a file$/ },
    { why: 'the database', file, says: /messenger\.db: it is the database itself$/ },
    { why: 'empty', file: spoil('empty.db', (file) => writeFileSync(file, '')), says: /empty\.db: it is not a store/ },
    { why: 'a text', file: spoil('text.db', (file) => writeFileSync(file, 'x'.repeat(999))), says: /not a database/ },
    { why: 'of others', file: spoil('foreign.db', run('DROP TABLE images')), says: /foreign\.db: it is not a store/ },
    {
      why: 'unfinished',
      file: spoil(
        'copy.db',
        run(`CREATE TABLE unfinishedCopy (id, mark);
      INSERT INTO unfinishedCopy VALUES (1, '{"from":"file:x"}')`)
      ),
      says: /copy\.db: the store is an unfinished copy/
    },
    {
      why: 'damaged',
      file: spoil('damaged.db', (file) => damage(file, 8192)),
      says: /damaged\.db: .*(malformed|damaged)/
    },
    {
      why: 'newer',
      file: spoil('newer.db', run('PRAGMA user_version = 99')),
      says: /newer\.db: .*99.*update the program$/
    },
    { why: 'MongoDB', file: backup, url: mongo, says: /^db\.url is a MongoDB database: use `mongorestore`/ },
    { why: 'into a file', file: backup, url: `file:${backup}/data/new.db`, says: /new\.db: its folder is a file$/ },
    { why: 'into a folder', file: backup, url: `file:${dir}`, says: /: unable to open database file: this user must/ }
  ])
  t.same(contentOf(join(dir, 'data')), before, 'nothing has changed')
})

t.test('a restore is refused while a server uses the database', async (t) => {
  const { backup, url } = await makeHouse(t)
  const store = await open(url)
  const says = /messenger\.db: a server or another command uses it: stop that first$/
  await refuse(t, 'restore', url, [{ why: 'it is open', file: backup, says }])
  await store.close()
  await run(t, 'restore', backup, url)
})

t.test('a full or read-only disk keeps its files', { skip: whyNoDisk() }, async (t) => {
  const { backup, url } = await makeHouse(t)
  const disk = makeDisk(t, 512 * 1024)
  const file = join(disk.path, 'messenger.db')
  await populate(file, 'bob')
  disk.fill()
  const before = contentOf(disk.path)
  const full = /: there is not enough room on its disk$/
  await refuse(t, 'backup', url, [{ why: 'a full disk', file: join(disk.path, 'new.db'), says: full }])
  await refuse(t, 'restore', `file:${file}`, [{ why: 'a full disk', file: backup, says: full }])
  t.same(contentOf(disk.path), before)
  disk.clear()
  disk.protect()
  const protectedDisk = [
    { why: 'a disk that is read-only', file: join(disk.path, 'new.db'), says: /its disk is read-only$/ }
  ]
  await refuse(t, 'backup', url, protectedDisk)
  await refuse(t, 'restore', `file:${file}`, [
    { why: 'a disk that is read-only', file: backup, says: /its disk is read-only$/ }
  ])
})
