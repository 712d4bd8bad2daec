import t from 'tap'
import { read, say } from '../../helpers/flow/scene.js'
import { startVictim, testDeed } from '../../helpers/flow/victim.js'
import { withoutMongo } from '../../helpers/mongod.js'

t.test('a server that is killed after any write leaves no trace for readers', { skip: withoutMongo }, async (t) => {
  const victim = await startVictim(t)

  await testDeed(t, victim, {
    name: 'the first message of a dialog',
    before: [],
    run: ({ ann, bob }) => say(ann, bob, 'hello', 'an id'),
    isRepeatable: true,
    after: { texts: ['hello'] }
  })
  await testDeed(t, victim, {
    name: 'reading the first message',
    before: ['one', 'two'],
    run: ({ ann, bob }) => read(bob, ann, 1),
    isRepeatable: true,
    after: { readSeq: 1 }
  })
})
