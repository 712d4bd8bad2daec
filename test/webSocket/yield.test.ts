import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { createYield } from '../../src/webSocket/yield.js'

/** Starts callers that make one call after the other, each of `callMs` by a clock that only the calls move. */
function startCalling(maxMs: number, callers: number, calls: number, callMs: number) {
  let clockMs = 0
  const yieldToOthers = createYield(maxMs, () => clockMs)
  const counts = Array.from({ length: callers }, () => 0)
  const callAll = async (_: unknown, caller: number) => {
    for (let call = 0; call < calls; call++) {
      await yieldToOthers()
      counts[caller] = (counts[caller] as number) + 1
      clockMs += callMs
    }
  }
  const ended = Promise.all(counts.map(callAll))
  const turn = async () => {
    await setImmediate()
    return counts.reduce((sum, count) => sum + count)
  }
  return { counts, turn, ended }
}

t.test('short calls run in one turn of the event loop', async (t) => {
  const { turn, ended } = startCalling(5, 1, 10, 0.5)
  t.equal(await turn(), 10)
  await ended
})

t.test('the event loop turns between long calls', async (t) => {
  for (const [maxMs, callMs] of [
    [5, 20],
    [0, 0]
  ] as const) {
    const { turn, ended } = startCalling(maxMs, 1, 5, callMs)
    for (let turns = 1; turns <= 5; turns++) t.equal(await turn(), turns)
    await ended
  }
})

t.test('callers that wait get equal parts of a turn', async (t) => {
  const { counts, turn, ended } = startCalling(5, 4, 1000, 0.5)
  for (let turns = 1; turns <= 9; turns++) {
    const [least, most] = [Math.min(...counts), Math.max(...counts)]
    t.ok(most - least <= 3, `${counts}`)
    t.ok((await turn()) <= turns * 12, 'no more than a turn has room for, and one call each')
  }
  await ended
})
