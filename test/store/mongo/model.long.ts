import t from 'tap'
import { scenarios } from './model/scenarios.js'
import { type Bounds, walk } from './model/walk.js'

const rules = { isInOrder: true, faults: 1 }
const undisturbed: Bounds = { kinds: [], isInOrder: false, detours: 2, faults: 0 }
const faulty: Bounds = { ...rules, kinds: ['cut', 'lag'], detours: 0 }

t.setTimeout(600_000)

t.test('two processes on a replica set keep every promise, with more interruptions', async (t) => {
  for (const scenario of scenarios) {
    t.test(scenario.name, async (t) => {
      const detours = scenario.isLong ? 0 : 1
      const crashing: Bounds = { ...rules, kinds: ['crash'], detours }
      const undoing: Bounds = { ...rules, kinds: ['failOver'], detours }
      const bounds = [undisturbed, crashing, undoing, ...(scenario.isLong ? [faulty] : [])]
      for (const bound of bounds) {
        const { runs, states, failure } = await walk(scenario, bound)
        t.equal(failure, undefined, `${runs} runs, ${states} states`)
      }
    })
  }
})
