import t from 'tap'
import { createRateLimiter } from '../../src/limits/rateLimiter.js'

const minuteMs = 60_000

/** A limiter of four tokens a minute on a clock that the test sets. */
function createLimiter(burst?: number) {
  const limiter = createRateLimiter({ tokens: 4, windowMs: minuteMs, burst }, 10)
  return { limiter, takeAt: (...moments: number[]) => moments.map((now) => limiter.take('ann', 0, now)) }
}

t.test('a limit in a window lets through no more at once, and one more for each part of the window', async (t) => {
  const { takeAt } = createLimiter()
  t.same(takeAt(0, 0, 0, 0, 0), [0, 0, 0, 0, 15_000])
  t.same(takeAt(14_999, 15_000, 15_000), [1, 0, 15_000], 'the wait is exact')
  t.same(takeAt(45_000, 45_000, 45_000), [0, 0, 15_000])
})

t.test('at the border of two windows there are not twice as many', async (t) => {
  const { takeAt } = createLimiter()
  t.same(takeAt(0, 59_000, 59_000, 59_000, 59_000), [0, 0, 0, 0, 0])
  t.same(takeAt(60_000, 60_000), [14_000, 14_000])
})

t.test('a long rest gives the burst and no more', async (t) => {
  for (const burst of [undefined, 1, 6]) {
    const { takeAt } = createLimiter(burst)
    takeAt(0)
    const at = 100 * minuteMs
    t.same(takeAt(...Array(burst ?? 4).fill(at)), Array(burst ?? 4).fill(0))
    t.same(takeAt(at), [15_000])
  }
})

t.test('a caller that may wait takes a token ahead of its time, and one that may not takes nothing', async (t) => {
  const { limiter } = createLimiter(1)
  t.same(
    [0, 20_000, 20_000, 20_000].map((maxWaitMs) => limiter.take('ann', maxWaitMs, 0)),
    [0, 15_000, 30_000, 30_000]
  )
  t.equal(limiter.waitMs('ann', 0), 30_000)
  t.equal(limiter.take('bob', 0, 0), 0, 'another key')
})

t.test('tokens are given back', async (t) => {
  const { limiter } = createLimiter()
  limiter.spend('ann', 10)
  t.equal(Math.round(limiter.waitMs('ann') / 1000), 105)
  limiter.spend('ann', -7)
  t.equal(limiter.waitMs('ann'), 0)
  t.equal(limiter.take('ann'), 0)
  t.not(limiter.take('ann'), 0, 'one was left')
  limiter.reset('ann')
  limiter.spend('ann', -5)
  t.same(
    [1, 2, 3, 4, 5].map(() => limiter.take('ann') > 0),
    [false, false, false, false, true],
    'never more than the burst'
  )
})

t.test('the keys that have not been used for longest are forgotten, and looking forgets none', async (t) => {
  const limiter = createRateLimiter({ tokens: 1, windowMs: minuteMs }, 2)
  t.same([limiter.take('ann'), limiter.take('bob')], [0, 0])
  for (const stranger of ['cid', 'dan', 'eve']) t.equal(limiter.waitMs(stranger), 0)
  t.not(limiter.waitMs('ann'), 0)
  limiter.take('cid')
  t.not(limiter.waitMs('ann'), 0, 'used recently')
  t.equal(limiter.waitMs('bob'), 0)
})

t.test('0 tokens are no limit', async (t) => {
  const limiter = createRateLimiter({ tokens: 0, windowMs: minuteMs }, 1)
  for (let time = 0; time < 100; time++) t.equal(limiter.take('ann'), 0)
  limiter.spend('ann', 1000)
  limiter.reset('ann')
  t.equal(limiter.waitMs('ann'), 0)
})
