import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { createRequestQueue } from '../../src/webSocket/requestQueue.js'

/** Opens a queue whose outcomes are kept, and tasks that end when they are told to. */
function openQueue(yieldToOthers = async () => {}) {
  const log: string[] = []
  const errors: unknown[] = []
  const queue = createRequestQueue({
    yieldToOthers,
    maxWaiting: 9,
    maxWaitingBytes: 1000,
    setFull: () => {},
    onError: (error) => errors.push(error),
    take: async (outcome) => void log.push(`${outcome} is taken`)
  })
  const add = (name: string, mayOverlap: boolean) => {
    let end = () => {}
    const ended = new Promise<void>((resolve) => {
      end = resolve
    })
    const run = async () => {
      log.push(`${name} begins`)
      await ended
      return name
    }
    queue.add({ mayOverlap, run })
    return { end }
  }
  const settled = async () => {
    for (let turn = 0; turn < 3; turn++) await setImmediate()
  }
  return { queue, log, errors, add, settled }
}

t.test('a task that fails delays neither the next tasks nor the end', async (t) => {
  const { queue, log, errors, add } = openQueue()
  const failure = new Error('out of memory')

  queue.add({ mayOverlap: false, run: () => Promise.reject(failure) })
  add('next', false).end()
  await queue.idle()
  t.same([log, errors], [['next begins', 'next is taken'], [failure]])
})

t.test('tasks that may overlap begin at once, and their outcomes keep their order', async (t) => {
  const { log, add, settled } = openQueue()
  const [one, two] = [add('one', true), add('two', true)]
  two.end()
  await settled()
  t.same(log, ['one begins', 'two begins'])
  one.end()
  await settled()
  t.same(log.slice(2), ['one is taken', 'two is taken'])
})

t.test('a task that may not overlap runs alone', async (t) => {
  const { log, add, settled } = openQueue()
  const [write, read, later] = [add('write', true), add('read', false), add('later', true)]
  await settled()
  t.same(log, ['write begins'])
  write.end()
  await settled()
  t.same(log.slice(1), ['write is taken', 'read begins'])
  read.end()
  await settled()
  t.same(log.slice(3), ['read is taken', 'later begins'])
  later.end()
})

t.test('tasks that have waited begin before tasks that come later', async (t) => {
  const { log, add, settled } = openQueue()
  const read = add('read', false)
  const waiting = ['one', 'two', 'three'].map((name) => add(name, true))
  await settled()
  read.end()
  await settled()
  const four = add('four', true)
  const beginnings = () => log.filter((entry) => entry.endsWith('begins'))
  t.same(beginnings(), ['read begins', 'one begins', 'two begins', 'three begins', 'four begins'])
  for (const { end } of [four, ...waiting.reverse()]) end()
  await settled()
  t.same(log.slice(-4), ['one is taken', 'two is taken', 'three is taken', 'four is taken'])
})

t.test('a task that fails ends after the tasks before it', async (t) => {
  const { queue, errors, add, settled } = openQueue()
  const slow = add('slow', true)
  queue.add({ mayOverlap: true, run: () => Promise.reject(new Error('out of memory')) })
  let isIdle = false
  const idle = queue.idle().then(() => {
    isIdle = true
  })
  await settled()
  t.match([isIdle, errors], [false, [new Error('out of memory')]])
  slow.end()
  await idle
})

t.test('a task that has waited yields to others before it begins', async (t) => {
  let turns = 0
  let release = () => {}
  const { queue, log, settled } = openQueue(() => {
    turns++
    return new Promise((resolve) => {
      release = resolve
    })
  })
  for (const name of ['one', 'two']) queue.add({ mayOverlap: false, run: async () => name })
  await settled()
  t.same([turns, log], [1, ['one is taken']])
  release()
  await queue.idle()
  t.same(log, ['one is taken', 'two is taken'])
})
