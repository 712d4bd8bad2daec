import t from 'tap'
import { randomFrames, randomHttp, randomNoise, randomRpc } from '../helpers/fuzz/garbage.js'
import { throwAt } from '../helpers/fuzz/throwAt.js'
import { entry, startMessenger } from '../helpers/messengerProcess.js'
import { createRandom } from '../helpers/random.js'
import { eve } from '../helpers/server.js'

const maxMs = 8000
const atOnce = 16
const attempts = 1500

const kinds = [randomNoise, randomHttp, randomFrames, randomRpc]
const isFailure = /^HTTP\/1\.1 5\d\d|"code":-32000\b/m

// A run without these replies has tried nothing.
const kindsOfReply = [
  { name: 'upgrades', looks: /^HTTP\/1\.1 101/ },
  { name: 'refused requests', looks: /^HTTP\/1\.1 4/ },
  { name: 'results', looks: /"result"/ },
  { name: 'errors', looks: /"error"/ }
]

const environment = { RATE_LIMITS: 'off', LOG_LEVEL: 'error' }

t.test('garbage on connections affects no other user and logs no error', async (t) => {
  const random = createRandom(t)
  const messenger = await startMessenger(t, { dir: t.testdir(), entry, environment })
  const said: string[] = []
  messenger.child.stdout?.on('data', (chunk) => said.push(String(chunk)))
  messenger.child.stderr?.on('data', (chunk) => said.push(String(chunk)))
  const cookies = await Promise.all(['eva', 'ann', 'bob'].map((name) => messenger.signUp(name)))
  const [cookie, anns, bobs] = cookies as [string, string, string]
  const [ann, bob] = [await messenger.connect(anns), await messenger.connect(bobs)]

  const failures: string[] = []
  const counts = new Map(kindsOfReply.map(({ name }) => [name, 0]))
  const note = (garbage: Buffer[], reply: string) => {
    if (isFailure.test(reply)) failures.push(`${JSON.stringify(garbage)}\n${reply}`)
    for (const { name, looks } of kindsOfReply) {
      if (looks.test(reply)) counts.set(name, (counts.get(name) as number) + 1)
    }
  }

  const end = performance.now() + maxMs
  let thrown = 0
  const throwUntilTheEnd = async () => {
    while (thrown++ < attempts && performance.now() < end) {
      const garbage = random.pick(kinds)(random, { cookie: random.isChance(0.8) ? cookie : '', email: eve.email })
      note(garbage, await throwAt(messenger.url, garbage))
    }
  }
  await Promise.all(Array.from({ length: atOnce }, throwUntilTheEnd))

  t.ok(Math.min(...counts.values()) > 0, `it came to ${JSON.stringify([...counts])}`)
  t.same(failures, [], `nothing of ${thrown} made the server fail`)
  t.same(said.join(''), '', 'and there is nothing in its log')
  t.match(await ann.call('sendMessageToUser', ['@bob', 'Are you still there?']), { status: 'OK' })
  let { body } = await bob.notification()
  while (body.text !== 'Are you still there?') ({ body } = await bob.notification())
  t.equal(await messenger.end('SIGTERM'), 0)
})
