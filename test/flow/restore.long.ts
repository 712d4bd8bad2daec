import { cpSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { Message } from '../../src/schemas/message.js'
import { createLoad, talkToEachOther } from '../helpers/faults/load.js'
import { historyOf } from '../helpers/flow/truth.js'
import { entry, type MessengerProcess, reportOf, spawnMessenger, startMessenger } from '../helpers/messengerProcess.js'
import { eve } from '../helpers/server.js'

const environment = { RATE_LIMITS: 'off', NODE_OPTIONS: '' }

/** Runs a command of the program in a folder. */
const run = (t: Test, dir: string, ...args: string[]) => reportOf(spawnMessenger(t, { dir, entry, args, environment }))

const start = (t: Test, dir: string) => startMessenger(t, { dir, entry, environment })

async function logIn({ url }: MessengerProcess, name: string): Promise<number> {
  const body = JSON.stringify({ user: { email: `${name}@test.example`, password: eve.password } })
  const response = await fetch(`${url}/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body
  })
  return response.status
}

t.test('a backup under load restores the server of that time', async (t) => {
  const dir = t.testdir()
  const first = await start(t, dir)
  const cookies = { ann: await first.signUp('ann'), bob: await first.signUp('bob') }
  const load = createLoad()
  const enough = load.more(200)
  const { over } = await talkToEachOther(first, load, cookies, 'talk')
  await enough
  const acknowledged = load.sent.filter(({ message }) => message).map(({ text }) => text)
  const observer = await first.connect(cookies.ann)
  const early = (await observer.call('getUpdates')).cursor
  const { code, stdout, stderr } = await run(t, dir, 'backup', 'backup.db')
  t.match({ code, stdout, stderr }, { code: 0, stdout: /^backup\.db is a backup of data\/messenger\.db/, stderr: '' })
  t.equal(statSync(join(dir, 'backup.db')).mode & 0o777, 0o600)
  await load.more(50)
  const late = (await observer.call('getUpdates')).cursor

  const before = readdirSync(join(dir, 'data'))
  const refused = await run(t, dir, 'restore', 'backup.db')
  t.match(refused, {
    code: 1,
    stdout: '',
    stderr: /^\S+messenger\.db: a server or another command uses it: stop that first\n$/
  })
  t.same(readdirSync(join(dir, 'data')), before)
  await load.more(50)
  await first.end('SIGKILL')
  await over

  t.match(await run(t, dir, 'restore', 'backup.db'), { code: 0, stdout: /^The former database is /, stderr: '' })
  const second = await start(t, dir)
  t.equal(await logIn(second, 'ann'), 200)
  const ann = await second.connect(cookies.ann)
  const history = await historyOf(ann, '@bob')
  const texts = new Set(history.map(({ text }) => text))
  t.same(
    acknowledged.filter((text) => !texts.has(text)),
    [],
    'what was acknowledged before the backup is there'
  )
  t.same(
    history.map(({ seq }) => seq),
    history.map((_, index) => index + 1),
    'without a gap'
  )
  t.ok(history.length < load.sent.filter(({ message }) => message).length, 'and it has gone back')
  t.match(await ann.refusal('getUpdates', { cursor: late, limit: 200 }), {
    code: -32602,
    data: { message: /load everything anew/ }
  })
  t.ok((await ann.call<{ messages: Message[] }>('getUpdates', { cursor: early, limit: 200 })).messages)
  t.match(await ann.call('sendMessageToUser', ['@bob', 'on we go']), { message: { seq: history.length + 1 } })
  await second.end('SIGTERM')
})

t.test('on a new machine a backup is a whole server, and with the secret all sessions are valid', async (t) => {
  const dir = t.testdir({ old: {}, new: {}, same: {} })
  const old = await start(t, join(dir, 'old'))
  const cookie = await old.signUp('ann')
  await run(t, join(dir, 'old'), 'backup', join(dir, 'backup.db'))
  await old.end('SIGKILL')
  for (const [name, hasSecret] of [
    ['new', false],
    ['same', true]
  ] as const) {
    const home = join(dir, name)
    mkdirSync(join(home, 'data'))
    if (hasSecret) cpSync(join(dir, 'old', 'data', 'jwt.key'), join(home, 'data', 'jwt.key'))
    const { stdout } = await run(t, home, 'restore', join(dir, 'backup.db'))
    t.match(stdout, /^data\/messenger\.db is restored from \S+backup\.db\.\n$/)
    t.same(
      readFileSync(join(home, 'data', 'messenger.db'))
        .subarray(0, 15)
        .toString(),
      'SQLite format 3'
    )
    const messenger = await start(t, home)
    t.equal(await logIn(messenger, 'ann'), 200)
    const response = await fetch(`${messenger.url}/rpc`, {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/json' },
      body: '{"jsonrpc":"2.0","id":1,"method":"getSelfInfo"}'
    })
    t.equal(response.status, hasSecret ? 200 : 401, 'the log-in of before')
    await messenger.end('SIGTERM')
  }
})

t.test('a backup that was copied beside the log of the former database is refused, and nothing is mixed', async (t) => {
  const dir = t.testdir()
  const first = await start(t, dir)
  await first.signUp('ann')
  await run(t, dir, 'backup', 'backup.db')
  await first.signUp('bob')
  await first.end('SIGKILL')
  const file = join(dir, 'data', 'messenger.db')
  cpSync(join(dir, 'backup.db'), file)
  const before = [file, `${file}-wal`].map((path) => readFileSync(path))
  const { code, stderr } = await run(t, dir)
  t.equal(code, 1)
  t.match(
    stderr,
    /^data\/messenger\.db: messenger\.db-wal is the log of another database.*`messenger-server restore FILE`.*\n$/
  )
  t.same(
    [file, `${file}-wal`].map((path) => readFileSync(path)),
    before,
    'both files are as they were'
  )
  t.match(await run(t, dir, 'restore', 'backup.db'), { code: 0 })
  const second = await start(t, dir)
  t.equal(await logIn(second, 'ann'), 200)
  t.equal(await logIn(second, 'bob'), 401)
  await second.end('SIGTERM')
})
