import t from 'tap'
import { scenarios } from './model/scenarios.js'
import { type Bounds, walk } from './model/walk.js'

const bounds: Bounds[] = [
  { kinds: [], isInOrder: true, detours: 3, faults: 0 },
  { kinds: [], isInOrder: false, detours: 2, faults: 0 },
  { kinds: ['crash', 'cut', 'lag', 'failOver'], isInOrder: true, detours: 1, faults: 1 }
]

t.test('what two processes do at the same time on a replica set, with more interruptions', async (t) => {
  for (const scenario of scenarios) {
    t.test(scenario.name, async (t) => {
      for (const bound of bounds) {
        const { runs, states, failure } = await walk(scenario, bound)
        t.equal(failure, undefined, `${runs} runs, ${states} states`)
      }
    })
  }
})
