import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { createLegacyDatabase } from '../helpers/commands/legacy.js'
import { startMessenger } from '../helpers/messengerProcess.js'
import { useMongo, withoutMongo } from '../helpers/mongod.js'

const entry = 'dist/src/server.js'
const commands = Array.from(
  readFileSync('docs/moving.md', 'utf8').matchAll(/```sh\n(.*?)\n```/gs),
  ([, command]) => command as string
)

t.test('the commands of the docs on moving, word for word', { skip: withoutMongo }, async (t) => {
  const newDatabase = await useMongo(t)
  const [copy, adopt, ...more] = commands
  t.same(more, [], 'every command is run')

  /** Runs a command of the page in a folder, with another database. Returns its output. */
  async function run(command: string | undefined, cwd: string, url: string): Promise<string> {
    const [npm, start, separator, ...args] = String(command).split(' ')
    t.same([npm, start, separator], ['npm', 'start', '--'])
    const own = args.map((arg) => arg.replace('mongodb://127.0.0.1:27017/messenger', url))
    const { stdout } = await promisify(execFile)(process.execPath, [resolve(entry), ...own], { cwd })
    return stdout
  }

  t.test('from SQLite to MongoDB', async (t) => {
    const dir = t.testdir()
    const url = newDatabase(t)
    const before = await startMessenger(t, { dir, entry })
    const anns = await before.signUp('ann')
    const bobs = await before.signUp('bob')
    const ann = await before.connect(anns)
    await ann.call('sendMessageToUser', ['@bob', 'see you in the new house'])
    await before.end('SIGTERM')
    t.match(await run(copy, dir, url), /messages: 1 of 1/)

    const after = await startMessenger(t, { dir, entry, environment: { DB_URL: url } })
    const bob = await after.connect(bobs)
    t.match(await bob.call('getMessagesWithUser', ['@ann']), [{ text: 'see you in the new house', seq: 1 }])
  })

  t.test('from a legacy server', async (t) => {
    const dir = t.testdir({ server: {} })
    mkdirSync(join(dir, 'old-server', 'images'), { recursive: true })
    const old = await createLegacyDatabase(t, newDatabase(t))
    for (const tag of ['@ann', '@bob']) await old.signUp(tag)
    await old.say('@ann > @bob: hello')
    t.match(await run(adopt, join(dir, 'server'), old.url), /Adopted: 2 users, 1 dialogs, 1 messages\./)
  })
})
