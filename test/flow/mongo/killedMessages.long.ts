import t from 'tap'
import { say } from '../../helpers/flow/scene.js'
import { startVictim, testDeed } from '../../helpers/flow/victim.js'
import { withoutMongo } from '../../helpers/mongod.js'

const talk = ['one', 'two', 'three']
const title = 'a server that is killed after any write of a message leaves no trace for readers'

t.test(title, { skip: withoutMongo }, async (t) => {
  const victim = await startVictim(t)

  await testDeed(t, victim, {
    name: 'a later message',
    before: talk,
    run: ({ ann, bob }) => say(ann, bob, 'four', 'an id'),
    isRepeatable: true,
    after: { texts: ['four'] }
  })
  await testDeed(t, victim, {
    name: 'a message that cannot be sent again',
    before: talk,
    run: ({ ann, bob }) => say(ann, bob, 'four'),
    isRepeatable: false,
    after: { texts: ['four'] }
  })
})
