import t from 'tap'
import { createUnreadAnswers, type LongAnswer, type UnreadAnswers } from '../../src/limits/unreadAnswers.js'

const forever = new AbortController().signal

/** Asks for an answer; what comes of it is in the log. */
function ask(unread: UnreadAnswers, userId: string, log: string[], name: string, signal = forever) {
  return unread.begin(userId, signal).then(
    (answer) => {
      log.push(name)
      return answer
    },
    ({ message }: Error) => {
      log.push(`${name}: ${message}`)
      return undefined as unknown as LongAnswer
    }
  )
}

const settled = () => new Promise(setImmediate)
const stays = () => {
  throw new Error('Nobody is cut off here.')
}

t.test('the long answers of a user are made one after the other', async (t) => {
  const unread = createUnreadAnswers({ maxUnreadBytesPerUser: 100, maxUnreadBytes: 0 })
  const log: string[] = []
  const one = await ask(unread, 'ann', log, 'one')
  const two = ask(unread, 'ann', log, 'two')
  await ask(unread, 'bob', log, 'another user')
  t.same(log, ['one', 'another user'])
  one.ready(99, stays)
  ;(await two).end()
  t.same(log, ['one', 'another user', 'two'], 'the next one is made while the first is taken')
})

t.test('no other one is made while too much is unread', async (t) => {
  const unread = createUnreadAnswers({ maxUnreadBytesPerUser: 100, maxUnreadBytes: 0 })
  const log: string[] = []
  const one = await ask(unread, 'ann', log, 'one')
  one.ready(100, stays)
  const waiting = ['two', 'three'].map((name) => ask(unread, 'ann', log, name))
  await settled()
  t.same(log, ['one'])
  one.end()
  one.end()
  await settled()
  t.same(log, ['one', 'two'])
  ;(await waiting[0])?.end()
  await waiting[1]
  t.same(log, ['one', 'two', 'three'], 'also when nothing came of the one before')
})

t.test('callers that have gone do not wait', async (t) => {
  const unread = createUnreadAnswers({ maxUnreadBytesPerUser: 100, maxUnreadBytes: 0 })
  const log: string[] = []
  const one = await ask(unread, 'ann', log, 'one')
  const caller = new AbortController()
  const two = ask(unread, 'ann', log, 'two', caller.signal)
  const three = ask(unread, 'ann', log, 'three')
  caller.abort()
  await two
  await ask(unread, 'ann', log, 'four', caller.signal)
  t.same(log, ['one', 'two: The caller has gone.', 'four: The caller has gone.'])
  one.end()
  await three
  t.equal(log.at(-1), 'three')
})

t.test('beyond the limit of all users the one with the most bytes loses the oldest answer', async (t) => {
  const unread = createUnreadAnswers({ maxUnreadBytesPerUser: 0, maxUnreadBytes: 100 })
  const cutOff: string[] = []
  const take = async (user: string, name: string, bytes: number) => {
    const answer = await unread.begin(user, forever)
    answer.ready(bytes, () => cutOff.push(name))
    return answer
  }
  await take('ann', "ann's first", 30)
  await take('bob', "bob's", 40)
  await take('ann', "ann's second", 30)
  t.same(cutOff, [])
  const cids = await take('cid', "cid's", 10)
  t.same(cutOff, ["ann's first"])
  cids.end()
  await take('dan', "dan's", 101)
  t.same(cutOff, ["ann's first", "dan's"], 'and an answer beyond it is not kept at all')
  await take('cid', "cid's second", 30)
  t.same(cutOff, ["ann's first", "dan's"], 'what was cut off no longer counts')
})
