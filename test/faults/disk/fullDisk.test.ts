import { readdirSync } from 'node:fs'
import t from 'tap'
import type { Message } from '../../../src/schemas/message.js'
import { makeDisk, whyNoDisk } from '../../helpers/faults/disk.js'
import { createLoad, talkToEachOther } from '../../helpers/faults/load.js'
import { checkFile, judge } from '../../helpers/faults/verdict.js'
import { entry, type MessengerProcess, startMessenger } from '../../helpers/messengerProcess.js'
import { eve } from '../../helpers/server.js'

const diskBytes = 8 * 1024 * 1024
// Slightly more than before: a leak would add one for each failed checkpoint.
const maxThreads = 20

const environment = { RATE_LIMITS: 'off', DB_MAX_LOG_PAGES: '200' }

const threadsOf = ({ child }: MessengerProcess) => readdirSync(`/proc/${child.pid}/task`).length

async function logIn({ url }: MessengerProcess, name: string) {
  const body = JSON.stringify({ user: { email: `${name}@test.example`, password: eve.password } })
  return fetch(`${url}/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
}

t.test('a full disk', { skip: whyNoDisk() }, async (t) => {
  const disk = makeDisk(t, diskBytes)
  const dir = disk.path
  const messenger = await startMessenger(t, { dir, entry, environment })
  const cookies = { ann: await messenger.signUp('ann'), bob: await messenger.signUp('bob') }
  const reader = await messenger.connect(cookies.ann)
  const load = createLoad()
  const enough = load.more(500)
  const { over } = await talkToEachOther(messenger, load, cookies, 'talk')
  await enough

  const refused = load.more(500, 'error')
  disk.fill()
  await refused
  const errors = new Set(load.sent.map(({ error }) => error && JSON.stringify(error)))
  t.same([...errors].sort(), ['{"code":-32000,"message":"Server error"}', undefined], 'what does not fit is refused')
  t.equal((await reader.call<Message[]>('getMessagesWithUser', ['@bob'])).length, 100, 'what there is can be read')
  t.equal((await logIn(messenger, 'bob')).status, 200, 'and one can log in')
  const threads = threadsOf(messenger)
  t.ok(threads < maxThreads, `${threads} threads`)

  const again = load.more(500)
  disk.clear()
  await again
  t.pass('when there is room, it goes on')
  await messenger.end('SIGKILL')
  await over

  const restarted = await startMessenger(t, { dir, entry, environment })
  const [ann, bob] = [await restarted.connect(cookies.ann), await restarted.connect(cookies.bob)]
  await judge(t, load, { ann, bob })
  const stored = new Set((await ann.call<Message[]>('getMessagesWithUser', ['@bob', 0, 500])).map(({ text }) => text))
  t.same(
    load.sent.filter(({ text, error }) => error && stored.has(text)),
    [],
    'what was refused is not there'
  )
  t.equal(await restarted.end('SIGTERM'), 0)
  checkFile(t, dir)
})
