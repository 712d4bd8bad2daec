import { Collection, MongoBulkWriteError, MongoNetworkError, MongoServerError } from 'mongodb'
import t, { type Test } from 'tap'
import { insertInOrder, insertNew, repeatAtConflict } from '../../../../src/store/mongo/duplicates.js'
import { openProcesses } from '../../../helpers/mongo/processes.js'
import { useMongo, withoutMongo } from '../../../helpers/mongod.js'

type InsertMany = typeof Collection.prototype.insertMany
type Documents = { _id: unknown }[]

/** An error of a bulk write, as the driver makes it. */
function bulkError(code: number, { index, isUncertain = false }: { index?: number; isUncertain?: boolean }) {
  const writeErrors = index === undefined ? [] : [{ index, code }]
  const result = { getWriteConcernError: () => (isUncertain ? { code: 64 } : undefined) }
  return new MongoBulkWriteError({ message: 'refused', code, writeErrors } as never, result as never)
}

const answers: { why: string; error?: Error; outcome?: object }[] = [
  { why: 'all is stored', outcome: { stored: 3, isTaken: false } },
  { why: 'a key is taken', error: bulkError(11000, { index: 1 }), outcome: { stored: 1, isTaken: true } },
  { why: 'two write at the same time', error: bulkError(112, { index: 2 }), outcome: { stored: 2, isTaken: true } },
  {
    why: 'two write at the same time, told of the whole command',
    error: new MongoServerError({ message: 'conflict', code: 112 }),
    outcome: { stored: 0, isTaken: true }
  },
  {
    why: 'a key is taken, told of the whole command',
    error: new MongoServerError({ message: 'E11000', code: 11000 }),
    outcome: { stored: 0, isTaken: true }
  },
  {
    why: 'a document is refused',
    error: bulkError(121, { index: 1 }),
    outcome: { stored: 1, isTaken: false, refusal: { code: 121 } }
  },
  { why: 'it is not known what a majority has', error: bulkError(64, { isUncertain: true }) },
  {
    why: 'the same, and a key is taken: what is stored has to be looked up',
    error: bulkError(11000, { index: 1, isUncertain: true }),
    outcome: { stored: 0, isTaken: true }
  },
  { why: 'the same, and a document is refused', error: bulkError(121, { index: 1, isUncertain: true }) },
  { why: 'the connection breaks', error: new MongoNetworkError('closed') },
  { why: 'another server is the primary', error: new MongoServerError({ message: 'not primary', code: 10107 }) }
]

t.test('the outcome of an ordered insert', async (t) => {
  for (const { why, error, outcome } of answers) {
    const insertMany = () => (error ? Promise.reject(error) : Promise.resolve())
    const inserting = insertInOrder({ insertMany } as unknown as Collection, [{}, {}, {}])
    if (outcome) t.match(await inserting, outcome, why)
    else await t.rejects(inserting, { message: error?.message as string }, why)
  }
})

/** Comes between a process and the inserts of messages. */
function interceptInserts(
  t: Test,
  insert: (documents: Documents, go: (documents: Documents) => Promise<unknown>) => unknown
) {
  const { insertMany } = Collection.prototype
  return t.intercept(Collection.prototype, 'insertMany', {
    value: function (this: Collection, documents: Documents, options: object) {
      const go = (changed: Documents) => insertMany.call(this, changed as never, options)
      return this.collectionName === 'messages' ? insert(documents, go) : go(documents)
    } as unknown as InsertMany
  })
}

t.test('a group of messages', { skip: withoutMongo }, async (t) => {
  const newDatabase = await useMongo(t)

  t.test('of which one is refused: the others are stored, without a gap', async (t) => {
    const { say, history } = await openProcesses(t, newDatabase(t))
    await say('before')
    const intercepted = interceptInserts(t, (documents, go) =>
      go(
        documents.map((document) =>
          'text' in document && document.text === 'bad' ? { ...document, _id: ['no'] } : document
        )
      )
    )
    const outcomes = await Promise.allSettled([say('one'), say('bad', 'bad'), say('two'), say('three')])
    t.match(outcomes, [{ value: {} }, { status: 'rejected' }, { value: {} }, { value: {} }])
    t.same(await history(), ['1 before', '2 one', '3 two', '4 three'])
    intercepted.restore()
    t.match(await say('bad', 'bad'), { isDuplicate: false, message: { seq: 5 } })
  })

  t.test('that meets a write conflict is stored by the next attempt', async (t) => {
    const { say, history } = await openProcesses(t, newDatabase(t))
    let conflicts = 2
    interceptInserts(t, (documents, go) => {
      if (conflicts-- > 0) throw new MongoServerError({ message: 'conflict', code: 112 })
      return go(documents)
    })
    await Promise.all([say('one'), say('two')])
    t.same(await history(), ['1 one', '2 two'])
  })

  t.test('without a clear outcome is refused, and pushed when it is sent again', async (t) => {
    const { say, history } = await openProcesses(t, newDatabase(t))
    await say('before')
    for (const isStored of [true, false]) {
      const name = `stored: ${isStored}`
      const intercepted = interceptInserts(t, async (documents, go) => {
        if (isStored) await go(documents)
        throw new MongoNetworkError('closed')
      })
      await t.rejects(say(name, name), { message: 'closed' })
      intercepted.restore()
      t.match(await say(name, name), { isDuplicate: isStored, needsPush: true })
      t.match(await say(name, name), { isDuplicate: true, needsPush: false })
    }
    t.same(await history(), ['1 before', '2 stored: true', '3 stored: false'])
  })

  t.test('that is never accepted fails in the end', async (t) => {
    const { say, history } = await openProcesses(t, newDatabase(t))
    let attempts = 0
    const intercepted = interceptInserts(t, () => {
      attempts++
      throw new MongoServerError({ message: 'E11000', code: 11000 })
    })
    await t.rejects(say('vain', 'id'), { message: 'Other processes do not let this one store a message.' })
    t.equal(attempts, 100)
    intercepted.restore()
    t.match(await say('vain', 'id'), { isDuplicate: false, message: { seq: 1 } })
    t.same(await history(), ['1 vain'])
  })
})

t.test('a write that conflicts with another one of the same document is repeated', async (t) => {
  const conflict = new MongoServerError({ message: 'WriteConflict', code: 112 })
  const attempts = (...outcomes: unknown[]) => {
    return () => {
      const outcome = outcomes.shift()
      return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome)
    }
  }
  t.equal(await repeatAtConflict(attempts(conflict, conflict, 'written')), 'written')
  await t.rejects(repeatAtConflict(attempts(...Array(10).fill(conflict), 'too late')), conflict)
  await t.rejects(repeatAtConflict(attempts(new Error('another one'), 'never')), { message: 'another one' })

  const collection = { insertMany: attempts(conflict, bulkError(112, { index: 1 })) } as unknown as Collection
  t.same(await insertNew(collection, [{}, {}]), [1], 'where several are inserted, one whose key is taken is not')
})
