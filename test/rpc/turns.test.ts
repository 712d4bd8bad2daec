import { setImmediate as nextTurn } from 'node:timers/promises'
import t from 'tap'
import { createTakeTurn } from '../../src/rpc/turns.js'

/** @returns how many of so many calls one after the other have begun when a turn of the event loop ends */
async function countWithin(maxMs: number, calls: number): Promise<number> {
  const takeTurn = createTakeTurn(maxMs)
  let begun = 0
  const all = (async () => {
    for (let call = 0; call < calls; call++) {
      await takeTurn()
      begun++
    }
  })()
  await nextTurn()
  const withinTurn = begun
  await all
  return withinTurn
}

t.test('calls that take little have a turn together', async (t) => {
  t.equal(await countWithin(60_000, 100), 100)
})

t.test('between calls that take long, everybody else has a turn', async (t) => {
  t.equal(await countWithin(0, 3), 1)
})
