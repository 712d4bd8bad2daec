import t from 'tap'
import { createLane } from '../../src/rpc/lane.js'

t.test('a task that fails holds up neither the next ones nor the end', async (t) => {
  const done: string[] = []
  const errors: unknown[] = []
  const lane = createLane({ maxWaiting: 9, onFull: () => {}, onFree: () => {}, onError: (error) => errors.push(error) })
  const failure = new Error('out of memory')

  lane.run(() => Promise.reject(failure))
  lane.run(async () => void done.push('next'))
  await lane.idle()
  t.same([done, errors], [['next'], [failure]])
})
