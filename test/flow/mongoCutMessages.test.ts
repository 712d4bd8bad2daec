import t from 'tap'
import { say } from '../helpers/flow/scene.js'
import { startVictim, testDeed } from '../helpers/flow/victim.js'
import { withoutMongo } from '../helpers/mongod.js'

const talk = ['one', 'two', 'three']

// Each starts a server for every write, and the machine may be busy.
t.setTimeout(240_000)

t.test(
  'killed after any write of a message, it leaves nothing that a reader can see',
  {
    skip: withoutMongo
  },
  async (t) => {
    const victim = await startVictim(t)

    await testDeed(t, victim, {
      name: 'the first message of a dialog',
      before: [],
      run: ({ ann, bob }) => say(ann, bob, 'hello', 'an id'),
      isRepeatable: true,
      after: { texts: ['hello'] }
    })
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
  }
)
