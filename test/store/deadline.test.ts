import { setTimeout as delay, setImmediate } from 'node:timers/promises'
import t from 'tap'
import { AppError } from '../../src/errors.js'
import { withDeadline } from '../../src/store/deadline.js'
import { openMongoStore } from '../../src/store/mongo/index.js'
import type { AddedMessage } from '../../src/store/records.js'
import type { Store } from '../../src/store/store.js'
import { useMongo, withoutMongo } from '../helpers/mongod.js'
import { account } from './suite/people.js'

t.test('a call that takes too long is refused', async (t) => {
  let answer: () => void = () => {}
  const slow = () => new Promise<undefined>((resolve) => (answer = () => resolve(undefined)))
  const store = withDeadline({ users: { findById: slow }, close: async () => {} } as unknown as Store, 20)
  await t.rejects(store.users.findById('1'), { message: 'The database has not answered in time.' })
  const answered = store.users.findById('1')
  answer()
  t.equal(await answered, undefined)
  await store.close()
})

t.test('while the store does not answer, later calls wait for a shorter time', async (t) => {
  const answers: (() => void)[] = []
  const slow = () => new Promise<undefined>((resolve) => answers.push(() => resolve(undefined)))
  const store = withDeadline({ users: { findById: slow } } as unknown as Store, 1000)
  const refusal = { message: 'The database has not answered in time.' }
  await t.rejects(store.users.findById('1'), refusal)
  const begin = performance.now()
  for (let number = 2; number <= 4; number++) await t.rejects(store.users.findById(`${number}`), refusal)
  t.ok(performance.now() - begin < 1000, 'three of them in less than the time of one')

  answers[0]?.()
  await setImmediate()
  const patient = store.users.findById('5')
  await delay(400)
  answers.at(-1)?.()
  t.equal(await patient, undefined, 'a sign of life, however late, and there is time again')
})

t.test('an error says why a call failed, and not what was to be stored', async (t) => {
  const failed = Object.assign(new Error('no room'), { name: 'MongoBulkWriteError', code: 14, op: { text: 'secret' } })
  const refused = new AppError('conflict')
  const findById = (_id: string) => Promise.reject(_id === '1' ? failed : refused)
  const store = withDeadline({ users: { findById } } as unknown as Store, 1000)
  const told = await store.users.findById('1').catch((error) => error)
  t.match(told, { name: 'MongoBulkWriteError', message: 'no room', code: 14, stack: failed.stack })
  t.notOk('op' in told)
  t.equal(await store.users.findById('2').catch((error) => error), refused)

  const twice = withDeadline(
    {
      users: { setPasswordHash: () => Promise.reject(new Error('E11000 twice dup key: { email: "secret" }')) }
    } as unknown as Store,
    1000
  )
  const { message, stack } = await twice.users.setPasswordHash('1', '').catch((error) => error)
  t.equal(message, 'E11000 twice')
  t.match(stack, /^Error: E11000 twice\n.*deadline\.test/s)
  t.notMatch(stack, '"secret"')
})

t.test(
  'a message that is stored too late for its sender is not hidden from its receiver',
  { skip: withoutMongo },
  async (t) => {
    let onMessage: (added: AddedMessage) => void = () => {}
    const told = new Promise<AddedMessage>((resolve) => {
      onMessage = resolve
    })
    const slow = await openMongoStore((await useMongo(t))(t), { timeoutMs: 5000, onNotice: () => {}, onMessage })
    t.teardown(() => slow.close())
    const [ann] = [await slow.users.create(account('ann')), await slow.users.create(account('bob'))]
    const store = withDeadline(slow, 0)
    const hello = { sender: ann, receiverTag: '@bob', text: 'hello' }
    await t.rejects(store.messages.add(hello), { message: 'The database has not answered in time.' })
    t.match(await told, { message: { text: 'hello' }, receiver: { tag: '@bob' } })
  }
)
