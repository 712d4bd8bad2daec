import t from 'tap'
import { withDeadline } from '../../src/store/deadline.js'
import type { Store } from '../../src/store/store.js'

t.test('a call that takes too long is refused', async (t) => {
  let answer: () => void = () => {}
  const slow = () => new Promise<undefined>((resolve) => (answer = () => resolve(undefined)))
  const store = withDeadline({ findUserById: slow, close: async () => {} } as unknown as Store, 20)
  await t.rejects(store.findUserById('1'), { message: 'The database has not answered in time.' })
  const answered = store.findUserById('1')
  answer()
  t.equal(await answered, undefined)
  await store.close()
})
