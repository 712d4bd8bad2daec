import t from 'tap'
import { createKeyedSemaphore } from '../../src/limits/keyedSemaphore.js'

/** A semaphore of two places for each key; the log names those who have waited and got one. */
function createQueue() {
  const semaphore = createKeyedSemaphore(2)
  const log: string[] = []
  const ask = (name: string, caller = new AbortController()) => {
    const place = semaphore.acquire('ann', caller.signal).then(
      () => log.push(name),
      ({ message }: Error) => log.push(`${name}: ${message}`)
    )
    return { caller, place }
  }
  return { semaphore, log, ask }
}

t.test('each key has as many places, and one that is released is free again', async (t) => {
  const { tryAcquire, release } = createKeyedSemaphore(2)
  t.same([tryAcquire('ann'), tryAcquire('ann'), tryAcquire('ann')], [true, true, false])
  t.equal(tryAcquire('bob'), true, 'another key')
  release('ann')
  t.same([tryAcquire('ann'), tryAcquire('ann')], [true, false])
  release('ann')
  release('ann')
  t.same([tryAcquire('ann'), tryAcquire('ann'), tryAcquire('ann')], [true, true, false])
})

t.test('0 is no limit', async (t) => {
  const { tryAcquire } = createKeyedSemaphore(0)
  for (let time = 0; time < 100; time++) t.equal(tryAcquire('ann'), true)
})

t.test('those who wait get a place in the order in which they came, and nobody comes between', async (t) => {
  const { semaphore, log, ask } = createQueue()
  await Promise.all([ask('one').place, ask('two').place])
  const [three, four] = [ask('three'), ask('four')]
  await new Promise(setImmediate)
  t.same(log, ['one', 'two'])
  semaphore.release('ann')
  t.equal(semaphore.tryAcquire('ann'), false)
  await three.place
  semaphore.release('ann')
  await four.place
  t.same(log, ['one', 'two', 'three', 'four'])
  semaphore.release('ann')
  t.equal(semaphore.tryAcquire('ann'), true)
})

t.test('a caller that has gone does not wait', async (t) => {
  const { semaphore, log, ask } = createQueue()
  await Promise.all([ask('one').place, ask('two').place])
  const [three, four, five] = [ask('three'), ask('four'), ask('five')]
  three.caller.abort()
  five.caller.abort()
  await Promise.all([three.place, five.place, ask('six', five.caller).place])
  t.same(
    log.slice(2).sort(),
    ['five', 'six', 'three'].map((name) => `${name}: The caller has gone.`)
  )
  semaphore.release('ann')
  await four.place
  t.equal(log.at(-1), 'four')
  four.caller.abort()
  semaphore.release('ann')
  semaphore.release('ann')
  await Promise.all([ask('seven').place, ask('eight').place])
  t.equal(semaphore.tryAcquire('ann'), false, 'and no place is lost')
})
