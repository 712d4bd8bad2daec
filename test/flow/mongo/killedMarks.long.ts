import t from 'tap'
import { type Deed, read, say } from '../../helpers/flow/scene.js'
import { killAfterEachWrite, startVictim, succeeds, testDeed } from '../../helpers/flow/victim.js'
import type { MessengerProcess } from '../../helpers/messengerProcess.js'
import { withoutMongo } from '../../helpers/mongod.js'
import { cookieOf, eve } from '../../helpers/server.js'

const talk = ['one', 'two', 'three']

const deeds: Deed[] = [
  {
    name: 'reading everything',
    before: talk,
    run: ({ ann, bob }) => read(bob, ann),
    isRepeatable: true,
    after: { readSeq: 3 }
  },
  {
    name: 'reading the first message',
    before: talk,
    run: ({ ann, bob }) => read(bob, ann, 1),
    isRepeatable: true,
    after: { readSeq: 1 }
  },
  {
    name: 'a message and a read mark at once',
    before: talk,
    run: ({ ann, bob }) => Promise.all([read(bob, ann, 2), say(ann, bob, 'so', 'so')]),
    isRepeatable: true,
    after: { texts: ['so'], readSeq: 2 }
  },
  {
    name: 'a new name',
    before: talk,
    // The second attempt is refused, because it changes nothing.
    run: ({ ann }) =>
      ann.device.call('setSelfInfo', ['Nova', '']).catch((error) => {
        if (error.error?.data?.message !== 'changes nothing') throw error
      }),
    isRepeatable: true,
    after: { firstName: 'Nova' }
  }
]

const post = ({ url }: MessengerProcess, path: string, body: object) =>
  fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body)
  })

t.test(
  'a server that is killed after any write of a mark or a name leaves no trace for readers',
  { skip: withoutMongo },
  async (t) => {
    const victim = await startVictim(t)
    for (const deed of deeds) await testDeed(t, victim, deed)

    await t.test('a sign-up', (t) =>
      killAfterEachWrite(t, async (writes) => {
        const user = { ...eve, tag: `@eve${writes}`, email: `eve${writes}@test.example` }
        const signUp = () => post(victim.messenger, '/signup', { user })
        const isKilled = await victim.killAfter(writes, () => succeeds(signUp()))
        t.match(await signUp(), { status: 409 }, 'she is there')
        const response = await post(victim.messenger, '/login', {
          user: { email: user.email, password: user.password }
        })
        t.equal(response.status, 200)
        const device = await victim.messenger.connect(cookieOf(response))
        t.match(await device.call('getSelfInfo'), { tag: user.tag })
        return isKilled
      })
    )
  }
)
