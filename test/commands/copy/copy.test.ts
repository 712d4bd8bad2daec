import { join } from 'node:path'
import t from 'tap'
import { copy } from '../../../src/commands/copy/index.js'
import type { StoredUser } from '../../../src/store/records.js'
import { open, settleTown, visit } from '../../helpers/commands/town.js'
import { useMongo, withoutMongo } from '../../helpers/mongod.js'
import { startServer } from '../../helpers/server.js'

const silent = () => {}

t.test('a copy equals its original, from one store to the next', { skip: withoutMongo }, async (t) => {
  const newDatabase = await useMongo(t)
  const dir = t.testdir()
  const fileIn = (folder: string) => `file:${join(dir, folder, 'messenger.db')}`
  const original = fileIn('original')
  const town = await settleTown(original)
  const view = await visit(t, original, town)
  const lines: string[] = []

  let from = original
  for (const to of [newDatabase(t), newDatabase(t), fileIn('first'), fileIn('second')]) {
    await t.test(to.replace(/:.*/, ''), async (t) => {
      await copy([from, to], (line) => lines.push(line))
      t.same(await visit(t, to, town), view)
    })
    from = to
  }
  t.match(lines.slice(0, 6), [
    'users: 3 of 3',
    'sessions: 3 of 3',
    'images: 10 of 10',
    'dialogs: 3 of 3',
    'messages: 7 of 7',
    /^mongodb:\S+ is a copy of file:\S+\.$/
  ])

  const store = await open(from)
  const { message } = await store.messages.add({ ...town.hello, clientMessageId: 'two' })
  t.equal(message.seq, 6, 'and the copy takes new messages')
  await store.close()
})

t.test('a copy has the cursors of its original, and no others', { skip: withoutMongo }, async (t) => {
  const newDatabase = await useMongo(t)
  const dir = t.testdir()
  const original = `file:${join(dir, 'original.db')}`
  const { cursors, people } = await settleTown(original)
  const [first, , second] = cursors as [string, string, string]
  const to = newDatabase(t)
  await copy([original, to], silent)
  await copy([to, `file:${join(dir, 'copy.db')}`], silent)
  const continued = await open(original)
  await continued.messages.add({ sender: people[0] as StoredUser, receiverTag: '@Bob', text: 'too late' })
  const late = await continued.updates.newestCursor()
  await continued.close()

  const nextOf = (cursor: string) => cursor.replace(/\d+$/, (version) => `${Number(version) + 1}`)
  for (const url of [to, `file:${join(dir, 'copy.db')}`]) {
    const store = await open(url)
    for (let number = 0; number < 3; number++) {
      await store.messages.add({ sender: people[0] as StoredUser, receiverTag: '@Bob', text: `${number}` })
    }
    const refused = [
      { why: 'a cursor of an epoch that the copy does not know', cursor: late },
      {
        why: 'a cursor beyond the end of its epoch',
        cursor: first.replace(/\d+$/, nextOf(second).split('.')[1] as string)
      }
    ]
    for (const { why, cursor } of refused) {
      await t.rejects(
        store.updates.list(people[0]?._id as string, cursor, 9),
        { message: /no cursor of this server/ },
        why
      )
    }
    await store.close()
  }
})

t.test('sessions survive a copy', { skip: withoutMongo }, async (t) => {
  const newDatabase = await useMongo(t)
  const server = await startServer(t)
  const ann = await server.signUp('ann')
  await server.app.close()
  const url = newDatabase(t)
  await copy([`file:${join(server.dir, 'messenger.db')}`, url], silent)

  const moved = await startServer(t, { dir: t.testdir({ other: {} }), config: { db: { url, timeoutMs: 60_000 } } })
  const call = { jsonrpc: '2.0', id: 1, method: 'getSelfInfo' }
  const response = await moved.post('/rpc', call, { cookie: ann.cookie })
  t.match(await response.json(), { result: { _id: ann._id, tag: '@ann' } })
  const login = await moved.post('/login', { user: { email: ann.email, password: ann.password } })
  t.equal(login.status, 200)
})
