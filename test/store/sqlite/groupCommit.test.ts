import { join } from 'node:path'
import t from 'tap'
import { AppError } from '../../../src/errors.js'
import type { Identity } from '../../../src/schemas/user.js'
import { openSqliteStore } from '../../../src/store/sqlite/index.js'
import type { Store } from '../../../src/store/store.js'
import { account } from '../suite/people.js'

const nobody = { _id: 'nobody', tag: '@nobody' }
const options = { busyTimeoutMs: 5000, maxLogPages: 10_000 }

t.test('a failed transaction rejects all its writes, and the next one works', async (t) => {
  const file = join(t.testdir(), 'messenger.db')
  const store = openSqliteStore(file, options)
  const [ann, bob] = await Promise.all(['ann', 'bob'].map((name) => store.users.create(account(name))))
  const hello = { sender: ann as Identity, receiverTag: bob?.tag ?? '', text: 'hello' }

  const both = await Promise.allSettled([store.messages.add(hello), store.messages.add({ ...hello, sender: nobody })])
  t.match(both, [{ status: 'rejected' }, { status: 'rejected', reason: { code: 'SQLITE_CONSTRAINT_FOREIGNKEY' } }])
  t.same(await store.dialogs.list(hello.sender._id, 0, 9), [])
  t.match(await store.messages.add(hello), { message: { seq: 1 } })
  await store.close()
})

t.test('a user whose sign-up failed with its transaction does not exist', async (t) => {
  const store = openSqliteStore(join(t.testdir(), 'messenger.db'), options)
  const ann = await store.users.create(account('ann'))
  const failed = await Promise.allSettled([
    store.users.create(account('eve')),
    store.messages.add({ sender: ann, receiverTag: '@eve', text: 'hello' }),
    store.messages.add({ sender: nobody, receiverTag: '@ann', text: 'hello' })
  ])
  t.match(failed, Array(3).fill({ status: 'rejected', reason: { code: 'SQLITE_CONSTRAINT_FOREIGNKEY' } }))
  const message = { sender: ann, receiverTag: '@eve', text: 'hello' }
  await t.rejects(store.messages.add(message), new AppError('invalidParams', 'is the tag of nobody'))
  await store.users.create(account('eve'))
  t.match(await store.messages.add(message), { receiver: { tag: '@eve' }, message: { seq: 1 } })
  await store.close()
})

t.test('a message that was not stored leaves no gap in the numbers of its dialog', async (t) => {
  const store = openSqliteStore(join(t.testdir(), 'messenger.db'), options)
  const [ann, bob] = [await store.users.create(account('ann')), await store.users.create(account('bob'))]
  const hello = { sender: ann, receiverTag: '@bob', text: 'hello' }
  const cursor = await store.updates.newestCursor()
  await store.messages.add(hello)
  await Promise.allSettled([store.messages.add(hello), store.messages.add({ ...hello, sender: nobody })])
  t.match(await store.messages.add(hello), { message: { seq: 2 } })
  t.match(await store.updates.list(bob._id, cursor, 9), { messages: [{ seq: 1 }, { seq: 2 }] })
  await store.close()
})

t.test('two processes on one file number the messages of a dialog together', async (t) => {
  const file = join(t.testdir(), 'messenger.db')
  const stores = [openSqliteStore(file, options), openSqliteStore(file, options)]
  const [ann, bob] = await Promise.all(['ann', 'bob'].map((name) => (stores[0] as Store).users.create(account(name))))
  const cursor = await (stores[0] as Store).updates.newestCursor()
  const seqs: number[] = []
  for (const index of [0, 1, 1, 0, 0, 1, 0]) {
    const sent = stores[index]?.messages.add({ sender: ann as Identity, receiverTag: '@bob', text: `${index}` })
    seqs.push((await sent)?.message.seq ?? 0)
  }
  t.same(seqs, [1, 2, 3, 4, 5, 6, 7])
  for (const store of stores) {
    const { messages } = await store.updates.list(bob?._id ?? '', cursor, 9)
    t.same(
      messages.map(({ seq }) => seq),
      seqs
    )
    await store.close()
  }
})

t.test('the continuation of a write runs before the continuation of the next one', async (t) => {
  const store = openSqliteStore(join(t.testdir(), 'messenger.db'), options)
  const ann = await store.users.create(account('ann'))
  const log: string[] = []
  const rename = async (firstName: string) => {
    await store.users.update(ann._id, { firstName })
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

t.test('the observer is told of each commit', async (t) => {
  const commits: [writes: number, durationMs: number][] = []
  const onCommit = (...commit: [number, number]) => commits.push(commit)
  const store = openSqliteStore(join(t.testdir(), 'messenger.db'), { ...options, onCommit })
  await Promise.all(['ann', 'bob', 'eve'].map((name) => store.users.create(account(name))))
  await store.users.create(account('dan'))
  t.same(
    commits.map(([writes]) => writes),
    [3, 1]
  )
  t.ok(commits.every(([, durationMs]) => durationMs > 0))
  await store.close()
})
