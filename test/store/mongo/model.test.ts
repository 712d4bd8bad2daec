import t from 'tap'
import type { Scenario } from './model/scenario.js'
import { muchToRead, scenarios } from './model/scenarios.js'
import { type Bounds, replay, runSteps, walk } from './model/walk.js'

const rules = { kinds: [], isInOrder: true }

// Without a fault one process is interrupted once; with one, each runs as far as it can, and then the next one.
const undisturbed: Bounds = { ...rules, detours: 1, faults: 0 }
// The long walk has changes of the primary.
const faulty: Bounds = { ...rules, detours: 0, faults: 1, kinds: ['crash', 'cut', 'lag'] }

t.setTimeout(300_000)

const { MODEL: choices } = process.env

t.test(
  'two processes on a replica set keep every promise, whatever happens at the same time',
  { skip: choices },
  async (t) => {
    for (const scenario of scenarios) {
      t.test(scenario.name, async (t) => {
        for (const bound of scenario.isLong ? [undisturbed] : [undisturbed, faulty]) {
          const { runs, states, failure } = await walk(scenario, bound)
          t.equal(failure, undefined, `${runs} runs, ${states} states`)
        }
      })
    }
  }
)

t.test('a reader waits until its session sees the versions that it has given', async (t) => {
  const scenario = scenarios.find(({ name }) => name === muchToRead) as Scenario
  const steps = [
    'C settings.findOne',
    'C messages.findOne',
    'C conversations.findOne',
    'A messages.insertMany',
    'a majority',
    'A settings.findOneAndUpdate',
    'a majority',
    'A conversations.bulkWrite',
    'a majority',
    'C settings.findOne',
    'C messages.find',
    'C conversations.find',
    'C conversations.find',
    'C messages.bulkWrite',
    'a majority',
    'a new primary, 1 behind',
    'C messages.find'
  ]
  t.equal(await runSteps(scenario, { kinds: ['lag'], isInOrder: true }, steps), '')
})

t.test('the run that MODEL names', { skip: !choices && 'The variable MODEL repeats a run.' }, async (t) => {
  const { trace, fault } = await replay(scenarios, String(choices))
  t.equal(fault, '', trace)
})
