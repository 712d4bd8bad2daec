import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { copy } from '../../../src/commands/copy/index.js'
import { driver as SQLite } from '../../../src/store/sqlite/driver.js'
import { openSqliteStore } from '../../../src/store/sqlite/index.js'
import { open, settleTown, visit } from '../../helpers/commands/town.js'
import { reportOf, spawnMessenger } from '../../helpers/messengerProcess.js'
import { useMongo, withoutMongo } from '../../helpers/mongod.js'
import { account } from '../../store/suite/people.js'

const silent = () => {}

/** Copies until a printed line begins with a text, and stops there. */
function copyUntil(t: Test, [from, to]: [from: string, to: string], start: string) {
  const stop = (line: string) => {
    if (line.startsWith(start)) throw new Error('interrupted')
  }
  return t.rejects(copy([from, to], stop), { message: 'interrupted' })
}

/** Stores messages of one user to another. */
async function talk(file: string, messages: number): Promise<void> {
  const store = openSqliteStore(file, { busyTimeoutMs: 5000, maxLogPages: 10_000 })
  const [ann, bob] = [await store.users.create(account('Ann')), await store.users.create(account('Bob'))]
  const sent = Array.from({ length: messages }, (_, number) => {
    const clientMessageId = number % 4 === 0 ? { clientMessageId: `${number}` } : {}
    return store.messages.add({ sender: ann, receiverTag: bob.tag, text: `${number}`, ...clientMessageId })
  })
  await Promise.all(sent)
  await store.dialogs.markAsRead(bob._id, ann._id, Math.floor(messages / 3))
  await store.close()
}

t.test('a copy that is killed again and again is finished in the end', async (t) => {
  const dir = t.testdir()
  const [from, to] = [join(dir, 'from.db'), join(dir, 'to.db')]
  await talk(from, 9000)
  const spawnCopy = () => spawnMessenger(t, { dir, args: ['copy', `file:${from}`, `file:${to}`] })

  for (const start of ['users', 'messages: 2000', 'messages: 4000']) {
    const child = spawnCopy()
    const exit = once(child, 'exit')
    for await (const line of createInterface(child.stdout as Readable)) if (line.startsWith(start)) break
    child.kill('SIGKILL')
    t.same(await exit, [null, 'SIGKILL'], start)
  }
  const server = await reportOf(spawnMessenger(t, { dir, environment: { DB_URL: `file:${to}` } }))
  t.equal(server.code, 1, 'no server starts on it meanwhile')
  t.match(
    server.stderr,
    /^\S+to\.db: the store is an unfinished copy of file:\S+from\.db: run "messenger-server copy".*\n$/
  )

  t.match(await reportOf(spawnCopy()), { code: 0, stderr: /^$/ })
  t.ok(rowsOf(from).length > 9000)
  t.ok(rowsOf(from) === rowsOf(to), 'not a row is another one')
})

function rowsOf(file: string): string {
  const database = new SQLite(file)
  const tables = ['users', 'dialogs', 'messages', 'clientMessageIds', 'counters', 'epochs']
  const rows = tables.map((table) => database.prepare(`SELECT * FROM ${table}`).all())
  database.close()
  return JSON.stringify(rows)
}

t.test('an interrupted copy in MongoDB continues', { skip: withoutMongo }, async (t) => {
  const newDatabase = await useMongo(t)
  const from = `file:${join(t.testdir(), 'from.db')}`
  const to = newDatabase(t)
  const town = await settleTown(from)
  const view = await visit(t, from, town)

  for (const start of ['users', 'images', 'dialogs', 'messages']) {
    await copyUntil(t, [from, to], start)
    await t.rejects(open(to), { message: /the store is an unfinished copy of file:.*from\.db/ })
    await t.rejects(copy([to, `${from}.other`], silent), { message: /unfinished copy of file:/ }, 'nor is it copied')
  }
  const lines: string[] = []
  await copy([from, to], (line) => lines.push(line))
  t.match(lines[0], /^mongodb:\S+ is an unfinished copy: it goes on\.$/)
  t.same(await visit(t, to, town), view)
})

t.test('a change in the original is in the copy, or the copy fails', async (t) => {
  const dir = t.testdir()
  const [from, to] = [`file:${join(dir, 'from.db')}`, `file:${join(dir, 'to.db')}`]
  const town = await settleTown(from)
  await copyUntil(t, [from, to], 'messages')
  const store = await open(from)
  await store.users.setPasswordHash(town.people[0]?._id as string, 'changed')
  await store.messages.add({ ...town.hello, clientMessageId: 'later' })
  await store.close()

  const lines: string[] = []
  const other = new SQLite(join(dir, 'from.db'))
  t.teardown(() => other.close())
  const meddle = (line: string) => {
    lines.push(line)
    if (line.startsWith('dialogs')) {
      other.exec(
        `UPDATE counters SET value = value + 1; INSERT INTO images SELECT 'new.webp', _id, x'00' FROM users LIMIT 1`
      )
    }
  }
  await t.rejects(copy([from, to], meddle), {
    message: /has 11 images, file:\S+to\.db has 10\. \S+from\.db has changed while it was copied\. Stop the servers/
  })
  t.match(lines[0], /from\.db has changed since the copy was begun: it starts again from the beginning\.$/)
  await t.rejects(open(to), { message: /unfinished copy/ })

  await copy([from, to], silent)
  const copied = await open(to)
  t.match(await copied.users.findById(town.people[0]?._id as string), { passwordHash: 'changed' })
  t.ok(await copied.images.find('new.webp'))
  await copied.close()
})
