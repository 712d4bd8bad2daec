import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { copy } from '../../../src/commands/copy/index.js'
import { driver as SQLite } from '../../../src/store/sqlite/driver.js'
import { open } from '../../helpers/commands/town.js'
import { reportOf, spawnMessenger } from '../../helpers/messengerProcess.js'
import { useMongo, withoutMongo } from '../../helpers/mongod.js'
import { account } from '../../store/suite/people.js'

interface Refusal {
  why: string
  args: string[]
  message: RegExp
}

const silent = () => {}

async function refuse(t: Test, refusals: Refusal[]) {
  for (const { why, args, message } of refusals) await t.rejects(copy(args, silent), { message }, why)
}

/** Makes a store in which somebody has signed up. */
async function fill(url: string, name: string) {
  const store = await open(url)
  const user = await store.users.create(account(name))
  await store.loadSecret()
  await store.close()
  return user
}

t.test('arguments that do not fit are refused, and no store changes', async (t) => {
  const dir = t.testdir({ empty: {}, 'text.db': 'This is a text, and no database. '.repeat(99) })
  const urlIn = (...path: string[]) => `file:${join(dir, ...path)}`
  const [from, used, other] = [urlIn('from', 'a.db'), urlIn('used', 'b.db'), urlIn('other', 'c.db')]
  await fill(from, 'Ann')
  await fill(used, 'Bob')
  mkdirSync(join(dir, 'foreign'))
  const foreign = new SQLite(join(dir, 'foreign', 'd.db'))
  foreign.exec('CREATE TABLE posts (text TEXT); INSERT INTO posts VALUES (1)')
  foreign.close()
  mkdirSync(join(dir, 'other'))
  writeFileSync(join(dir, 'other', 'jwt.key'), 'another secret')
  const before = readFileSync(join(dir, 'used', 'b.db'))

  await refuse(t, [
    { why: 'no store', args: [], message: /^Usage: messenger-server copy FROM TO/ },
    { why: 'one store', args: [from], message: /^Usage/ },
    { why: 'three stores', args: [from, used, used], message: /^Usage/ },
    { why: 'a path', args: [join(dir, 'a.db'), used], message: /^A store is file:PATH or mongodb:/ },
    { why: 'the same store', args: [from, from.replace('from/', 'from/../from/')], message: /are the same store/ },
    { why: 'a misspelt path', args: [urlIn('form', 'a.db'), other], message: /form.a\.db: there is no such file$/ },
    { why: 'a text', args: [urlIn('text.db'), other], message: /text\.db: file is not a database$/ },
    {
      why: 'something else',
      args: [urlIn('foreign', 'd.db'), other],
      message: /d\.db: it is not a store of this program$/
    },
    {
      why: 'into another one',
      args: [from, urlIn('used', 'b.db')],
      message: /another one, so that nobody would remain/
    },
    { why: 'into other data', args: [from, urlIn('foreign', 'd.db')], message: /d\.db: it already holds something/ },
    { why: 'into another secret', args: [from, other], message: /jwt\.key: it already has a token secret/ }
  ])
  t.same(readFileSync(join(dir, 'used', 'b.db')), before)
  t.notOk(existsSync(join(dir, 'form')))
  t.notOk(existsSync(join(dir, 'other', 'c.db')))

  await copy([urlIn('used', 'b.db'), urlIn('copy', 'b.db')], silent)
  const again = {
    why: 'finished',
    args: [used, urlIn('copy', 'b.db')],
    message: /copy.b\.db: it already holds something/
  }
  await refuse(t, [again])
})

t.test('an unfinished copy of one store is not finished with another one', async (t) => {
  const dir = t.testdir()
  const [from, other, to] = ['from', 'other', 'to'].map((name) => `file:${join(dir, `${name}.db`)}`) as [
    string,
    string,
    string
  ]
  await fill(from, 'Ann')
  await fill(other, 'Bob')
  const stop = () => {
    throw new Error('interrupted')
  }
  await t.rejects(copy([from, to], stop), { message: 'interrupted' })
  await refuse(t, [
    { why: 'other', args: [other, to], message: /to\.db: it is an unfinished copy of file:\S+from\.db/ }
  ])
})

t.test('a configured secret is not copied', async (t) => {
  const dir = t.testdir({ from: {}, to: { 'jwt.key': 'kept' } })
  const from = `file:${join(dir, 'from', 'a.db')}`
  await (await open(from)).close()
  await copy([from, `file:${join(dir, 'to', 'a.db')}`], silent)
  t.equal(readFileSync(join(dir, 'to', 'jwt.key'), 'utf8'), 'kept')
  t.notOk(existsSync(join(dir, 'from', 'jwt.key')))
})

t.test('a copy with MongoDB that does not fit is refused', { skip: withoutMongo }, async (t) => {
  const newDatabase = await useMongo(t)
  const dir = t.testdir()
  const from = `file:${join(dir, 'from.db')}`
  await fill(from, 'Ann')
  const [used, started, empty] = [newDatabase(t), newDatabase(t), newDatabase(t)]
  const bob = await fill(used, 'Bob')
  const store = await open(started)
  await store.loadSecret()
  await store.close()
  const without = newDatabase(t)
  const noSecret = await open(without)
  await noSecret.users.create(account('Cid'))
  await noSecret.close()

  await refuse(t, [
    { why: 'nothing there', args: [empty, from], message: /^mongodb:\S+: it is not a store of this program$/ },
    { why: 'into another one', args: [from, used], message: /^mongodb:\S+: it already has a token secret/ },
    { why: 'into a started one', args: [from, started], message: /it already has a token secret/ },
    { why: 'into one with a user', args: [from, without], message: /^mongodb:\S+: it already holds something/ }
  ])
  const reopened = await open(used)
  t.same(await reopened.users.findById(bob._id), bob)
  await reopened.close()
  await copy([without, `file:${join(dir, 'none', 'to.db')}`], silent)
  t.notOk(existsSync(join(dir, 'none', 'jwt.key')))
  const again = `file:${join(dir, 'none', 'to.db')}`
  await copy([again, empty], silent)
})

t.test('a password is not printed', async (t) => {
  const dir = t.testdir()
  const from = `file:${join(dir, 'from.db')}`
  await fill(from, 'Ann')
  for (const { why, url, says } of [
    {
      why: 'no server answers',
      url: 'mongodb://me:hidden@127.0.0.1:9/db?connectTimeoutMS=300',
      says: /127\.0\.0\.1:9\/db: /
    },
    { why: 'not a URL', url: 'mongodb://me:hid/den@127.0.0.1:9/db', says: /A store is file:PATH/ }
  ]) {
    const { code, stderr } = await reportOf(spawnMessenger(t, { dir, args: ['copy', from, url] }))
    t.equal(code, 1)
    t.match(stderr, says, why)
    t.notMatch(stderr, /hid/)
  }
})
