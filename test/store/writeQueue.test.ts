import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { AppError } from '../../src/errors.js'
import { createWriteQueue } from '../../src/store/writeQueue.js'

/** A queue of names whose groups are written when the test says so. */
function openQueue({ maxWaitMs = 5000, weight = 0.3 } = {}) {
  const groups: string[][] = []
  let finish: (results: (string | AppError)[]) => void = () => {}
  let fail: (reason: Error) => void = () => {}
  let answerEarly: (results: (string | undefined)[]) => void = () => {}
  const queue = createWriteQueue<string, string>({
    maxWaitMs,
    weightOf: () => weight,
    writeTogether(names, answer) {
      groups.push(names)
      answerEarly = answer
      return new Promise((resolve, reject) => {
        finish = resolve
        fail = reject
      })
    }
  })
  return {
    ...queue,
    groups,
    /** Ends the group that is being written, and lets the next one begin. */
    async finish(result: (name: string) => string | AppError = (name) => `${name} is stored`) {
      finish((groups.at(-1) as string[]).map(result))
      await setImmediate()
    },
    /** Answers the writes of the present group that have a result. */
    answer: (results: (string | undefined)[]) => answerEarly(results),
    async fail(reason: Error) {
      fail(reason)
      await setImmediate()
    }
  }
}

t.test('waiting writes go together, as far as there is room, and in order', async (t) => {
  const { enter, alone, finish, groups, close } = openQueue()
  const written: string[] = []
  const say = (name: string) => enter(name).then((result) => written.push(result))
  const all = [say('a'), say('b')]
  await setImmediate()
  t.same(groups, [['a', 'b']], 'the writes of one turn')
  all.push(...['c', 'd', 'e', 'f'].map(say))
  const one = alone(async () => written.push('one'))
  all.push(say('g'))
  await finish()
  t.same(groups.at(-1), ['c', 'd', 'e'], 'as much as a group may hold')
  await finish()
  t.same(groups.at(-1), ['f'], 'no write overtakes one that goes alone')
  await finish()
  await one
  await setImmediate()
  t.same(groups.at(-1), ['g'])
  const closed = close()
  await finish()
  await Promise.all([...all, closed])
  t.same(written, ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `${name} is stored`).concat('one', 'g is stored'))
  await t.rejects(enter('h'), { message: 'The store is closed.' })
  await t.rejects(
    alone(async () => {}),
    { message: 'The store is closed.' }
  )
})

t.test('the failure of a group fails all its writes, a refusal only its own', async (t) => {
  const { enter, alone, finish, fail, close } = openQueue()
  const failed = Promise.allSettled([enter('a'), enter('b')])
  await setImmediate()
  await fail(new Error('gone'))
  t.match(await failed, Array(2).fill({ status: 'rejected', reason: { message: 'gone' } }))

  const refused = Promise.allSettled([enter('c'), enter('d')])
  await setImmediate()
  await finish((name) => (name === 'c' ? new AppError('conflict') : name))
  t.match(await refused, [{ status: 'rejected', reason: { kind: 'conflict' } }, { value: 'd' }])
  await t.rejects(
    alone(() => Promise.reject(new Error('no'))),
    { message: 'no' }
  )
  await close()
})

t.test('a write that is durable before others of its group is answered before them', async (t) => {
  const { enter, answer, finish, fail, close } = openQueue()
  const answered: string[] = []
  const say = (name: string) =>
    enter(name).then(
      (result) => answered.push(result),
      ({ message }) => answered.push(message)
    )
  const first = [say('a'), say('b')]
  await setImmediate()
  answer([undefined, 'b is early'])
  await setImmediate()
  t.same(answered, ['b is early'])
  await finish()
  await Promise.all(first)
  t.same(answered, ['b is early', 'a is stored'])

  const second = [say('c'), say('d')]
  await setImmediate()
  answer(['c is early', undefined])
  await fail(new Error('gone'))
  await Promise.all(second)
  t.same(answered.slice(2), ['c is early', 'gone'], 'a later failure does not change an answer')
  await close()
})

t.test('a write that has waited for too long is not written', async (t) => {
  const { enter, finish, groups, close } = openQueue({ maxWaitMs: 50, weight: 1 })
  const first = enter('first')
  await setImmediate()
  const late = t.rejects(enter('late'), { message: 'The database has not answered in time.' })
  const since = performance.now()
  while (performance.now() - since < 60) await setImmediate()
  const inTime = enter('in time')
  await finish()
  await late
  await finish()
  t.same(await Promise.all([first, inTime]), ['first is stored', 'in time is stored'])
  t.same(groups, [['first'], ['in time']])
  await close()
})

t.test('where writes have no weight, about a thousand go together', async (t) => {
  const groups: number[] = []
  const { enter, close } = createWriteQueue<number, number>({
    maxWaitMs: 5000,
    async writeTogether(numbers) {
      groups.push(numbers.length)
      return numbers
    }
  })
  await Promise.all(Array.from({ length: 1500 }, (_, number) => enter(number)))
  t.equal(groups.length, 2)
  t.equal(Math.round((groups[0] as number) / 100), 10)
  await close()
})
