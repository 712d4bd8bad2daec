import t from 'tap'
import { openMongoStore } from '../../../src/store/mongo/index.js'
import { useMongo, withoutMongo } from '../../helpers/mongod.js'
import { testStore } from '../suite/index.js'
import { account } from '../suite/people.js'

const options = { timeoutMs: 5000, onNotice: () => {} }

t.test('MongoDB', { skip: withoutMongo }, async (t) => {
  const newDatabase = await useMongo(t)
  testStore(t, (t) => {
    const url = newDatabase(t)
    return (observer) => openMongoStore(url, { ...options, ...observer })
  })
})

t.test('the observer is told of each group of messages', { skip: withoutMongo }, async (t) => {
  const commits: number[] = []
  const onCommit = (writes: number, durationMs: number) => t.ok(commits.push(writes) && durationMs > 0)
  const store = await openMongoStore((await useMongo(t))(t), { ...options, onCommit })
  t.teardown(() => store.close())
  const [ann] = [await store.users.create(account('ann')), await store.users.create(account('bob'))]
  const say = (text: string) => store.messages.add({ sender: ann, receiverTag: '@bob', text })
  await Promise.all([say('one'), say('two')])
  await say('three')
  t.same(commits, [2, 1])
})
