import t from 'tap'
import { scenarios } from './model/scenarios.js'
import { type Bounds, replay, walk } from './model/walk.js'

const rules = { kinds: [], isInOrder: true }

// With one fault the processes run one after the other, each as far as it can; without one, another goes on at one place.
const bounds: Bounds[] = [
  { ...rules, detours: 1, faults: 0 },
  { ...rules, detours: 0, faults: 1, kinds: ['crash', 'cut', 'lag', 'failOver'] }
]

const { MODEL: choices } = process.env

t.test('what two processes do at the same time on a replica set', { skip: choices }, async (t) => {
  for (const scenario of scenarios) {
    t.test(scenario.name, async (t) => {
      for (const bound of [...bounds, ...(scenario.bounds ?? [])]) {
        const { runs, states, failure } = await walk(scenario, bound)
        t.equal(failure, undefined, `${runs} runs, ${states} states`)
      }
    })
  }
})

t.test('the run that MODEL names', { skip: !choices && 'The variable MODEL repeats a run.' }, async (t) => {
  const { trace, fault } = await replay(scenarios, String(choices))
  t.equal(fault, '', trace)
})
