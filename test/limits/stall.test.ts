import { Socket } from 'node:net'
import t from 'tap'
import { watchTaking } from '../../src/limits/stall.js'

t.test('a connection that has ended takes nothing', async (t) => {
  const stalled = new Promise<string>((resolve) => watchTaking(new Socket(), 8, () => resolve('stalled')))
  t.equal(await stalled, 'stalled')
})

t.test('a watch that has ended reports nothing', async (t) => {
  const endWatch = watchTaking(new Socket(), 8, () => t.fail('it has ended'))
  endWatch()
  await new Promise<void>((resolve) => watchTaking(new Socket(), 16, resolve))
})
