import t from 'tap'
import { createUnreadAnswers, type UnreadAnswers } from '../../src/limits/unreadAnswers.js'

const settled = () => new Promise(setImmediate)

/** Asks for answers of a given size; the log tells what becomes of them. */
function createClient(unread: UnreadAnswers) {
  const log: string[] = []
  const ask = (userId: string, name: string, bytes: number | undefined, caller = new AbortController()) => {
    let finish = () => {}
    const finished = new Promise<Buffer | undefined>((resolve) => {
      finish = () => resolve(bytes === undefined ? undefined : Buffer.alloc(bytes))
    })
    const make = () => {
      log.push(`${name} is made`)
      return finished
    }
    const answer = unread.make({ userId, signal: caller.signal, make, cutOff: () => log.push(`${name} is cut off`) })
    answer.catch(({ message }: Error) => log.push(`${name}: ${message}`))
    return { finish, answer, caller }
  }
  /** Asks for an answer and gets it. */
  const get = (userId: string, name: string, bytes: number | undefined, caller?: AbortController) => {
    const { finish, answer } = ask(userId, name, bytes, caller)
    finish()
    return answer
  }
  return { log, ask, get }
}

t.test('the long answers of a user are made one after the other', async (t) => {
  const { log, ask, get } = createClient(createUnreadAnswers({ maxUnreadBytesPerUser: 100, maxUnreadBytes: 0 }))
  const one = ask('ann', 'one', 99)
  const two = ask('ann', 'two', undefined)
  await get('bob', 'another', 1)
  t.same(log, ['one is made', 'another is made'])
  one.finish()
  await one.answer
  await settled()
  t.same(log.slice(2), ['two is made'], 'the next one is made while the first is taken')
  two.finish()
  t.equal((await two.answer).bytes, undefined)
})

t.test('no answer is made while too much is unread', async (t) => {
  const { log, ask, get } = createClient(createUnreadAnswers({ maxUnreadBytesPerUser: 100, maxUnreadBytes: 0 }))
  const one = await get('ann', 'one', 100)
  const [two, three] = ['two', 'three'].map((name) => ask('ann', name, 1)) as [ReturnType<typeof ask>, unknown]
  await settled()
  t.same(log, ['one is made'])
  one.taken()
  one.taken()
  await settled()
  t.same(log, ['one is made', 'two is made'])
  two.finish()
  await settled()
  t.same(log.at(-1), 'three is made')
  t.ok(three)
})

t.test('an answer that fails makes room for the next one', async (t) => {
  const unread = createUnreadAnswers({ maxUnreadBytesPerUser: 100, maxUnreadBytes: 0 })
  const { signal } = new AbortController()
  const make = () => Promise.reject(new Error('out of memory'))
  await t.rejects(unread.make({ userId: 'ann', signal, make, cutOff() {} }), { message: 'out of memory' })
  const { log, get } = createClient(unread)
  await get('ann', 'the next one', 1)
  t.same(log, ['the next one is made'])
})

t.test('callers that have gone do not wait', async (t) => {
  const { log, ask } = createClient(createUnreadAnswers({ maxUnreadBytesPerUser: 100, maxUnreadBytes: 0 }))
  const one = ask('ann', 'one', 1)
  const two = ask('ann', 'two', 1)
  const three = ask('ann', 'three', 1)
  two.caller.abort()
  ask('ann', 'four', 1, two.caller)
  await settled()
  t.same(log.sort(), ['four: The caller has gone.', 'one is made', 'two: The caller has gone.'])
  one.finish()
  await one.answer
  await settled()
  t.equal(log.at(-1), 'three is made')
  three.finish()
})

t.test('an answer whose caller goes while it is made does not count', async (t) => {
  const { log, ask, get } = createClient(createUnreadAnswers({ maxUnreadBytesPerUser: 100, maxUnreadBytes: 150 }))
  for (let time = 0; time < 5; time++) {
    const { finish, answer, caller } = ask('ann', 'hers', 100)
    caller.abort()
    const next = ask('ann', 'next', 1)
    await settled()
    t.equal(log.at(-1), 'hers is made', 'and the next one waits for its end')
    finish()
    ;(await answer).taken()
    next.finish()
    ;(await next.answer).taken()
  }
  await get('bob', 'his', 100)
  await get('cid', 'another', 50)
  t.notMatch(log.join(), 'cut off')
})

t.test('beyond the limit of all users the user with the most bytes loses the oldest answer', async (t) => {
  const { log, get } = createClient(createUnreadAnswers({ maxUnreadBytesPerUser: 0, maxUnreadBytes: 100 }))
  const cutOff = () => log.filter((line) => line.endsWith('cut off'))
  await get('ann', 'first', 30)
  await get('bob', 'his', 40)
  await get('ann', 'second', 30)
  t.same(cutOff(), [])
  const third = await get('cid', 'third', 10)
  t.same(cutOff(), ['first is cut off'])
  third.taken()
  await get('dan', 'too long', 101)
  t.same(cutOff(), ['first is cut off', 'too long is cut off'], 'an answer beyond it is not kept at all')
  await get('cid', 'fourth', 30)
  t.equal(cutOff().length, 2, 'and an answer that was cut off no longer counts')
})
