import { setImmediate as nextTurn } from 'node:timers/promises'
import t from 'tap'
import { createTakeTurn } from '../../src/rpc/yield.js'

/** Callers who each make calls one after the other, which take so long by a clock that only they move. */
function startCalling(maxMs: number, callers: number, calls: number, callMs: number) {
  let clockMs = 0
  const takeTurn = createTakeTurn(maxMs, () => clockMs)
  const counts = Array.from({ length: callers }, () => 0)
  const callAll = async (_: unknown, caller: number) => {
    for (let call = 0; call < calls; call++) {
      await takeTurn()
      counts[caller] = (counts[caller] as number) + 1
      clockMs += callMs
    }
  }
  const ended = Promise.all(counts.map(callAll))
  const turn = async () => {
    await nextTurn()
    return counts.reduce((sum, count) => sum + count)
  }
  return { counts, turn, ended }
}

t.test('calls that take little have a turn together', async (t) => {
  const { turn, ended } = startCalling(5, 1, 10, 0.5)
  t.equal(await turn(), 10)
  await ended
})

t.test('between calls that take long, everybody else has a turn', async (t) => {
  for (const [maxMs, callMs] of [
    [5, 20],
    [0, 0]
  ] as const) {
    const { turn, ended } = startCalling(maxMs, 1, 5, callMs)
    for (let turns = 1; turns <= 5; turns++) t.equal(await turn(), turns)
    await ended
  }
})

t.test('all who wait get as much of it', async (t) => {
  const { counts, turn, ended } = startCalling(5, 4, 1000, 0.5)
  for (let turns = 1; turns <= 9; turns++) {
    const [least, most] = [Math.min(...counts), Math.max(...counts)]
    t.ok(most - least <= 3, `${counts}`)
    t.ok((await turn()) <= turns * 12, 'and no more than a turn has, but for one call each')
  }
  await ended
})
