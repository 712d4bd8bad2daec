import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { on, once } from 'node:events'
import { readFileSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import t from 'tap'
import { entry, startMessenger } from '../helpers/messengerProcess.js'
import { startServer } from '../helpers/server.js'

const tools = ['bash', 'curl']
const missing = tools.filter((tool) => spawnSync(tool, ['--version']).error)

const blocks = Array.from(
  readFileSync('README.md', 'utf8').matchAll(/```sh\n(.*?)```/gs),
  ([, block]) => block as string
)

/** Reads the output of a process line by line. */
async function* linesOf({ stdout }: ChildProcess) {
  for await (const [line] of on(createInterface(stdout as Readable), 'line')) yield String(line)
}

t.test('the README, word for word', { skip: missing.length > 0 && `needs ${missing}` }, async (t) => {
  const dir = t.testdir()
  symlinkSync(resolve('docs'), join(dir, 'docs'))
  const environment = { RATE_LIMITS: 'on' }
  const messenger = await startMessenger(t, { dir, entry, environment })
  const { host, port } = new URL(messenger.url)
  const [start, signUp, listen, talk, history, ...more] = blocks.map((block) =>
    block.replaceAll('localhost:8000', host)
  )
  t.equal(start, 'npm ci && npm start\n')
  t.same(more, [], 'every command is run')

  /** Runs commands that print one line of JSON each. */
  const run = async (commands: string | undefined) => {
    const { stdout } = await promisify(execFile)('bash', ['-ec', String(commands)], { cwd: dir })
    return stdout
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text))
  }

  t.match(await run(signUp), [{ user: { tag: '@ann' } }, { user: { tag: '@bob' } }])

  const listeners = String(listen)
    .trim()
    .split('\n')
    .map((command) => {
      const [program, ...args] = command.split(' ')
      const child = spawn(program as string, [...args, messenger.url], { cwd: dir })
      t.teardown(() => child.kill())
      return { child, lines: linesOf(child) }
    })
  const [ann, bob] = listeners as [(typeof listeners)[0], (typeof listeners)[0]]
  const pushed = async ({ lines }: typeof ann) => JSON.parse((await lines.next()).value as string)
  t.match(await pushed(ann), { type: 'hello', body: { tag: '@ann' } })
  t.match(await pushed(bob), { type: 'hello', body: { tag: '@bob' } })

  const stranger = spawnSync(process.execPath, ['docs/listen.js', 'ann@example.org', 'wrong', messenger.url], {
    cwd: dir
  })
  t.match(String(stranger.stderr), /The e-mail or the password is wrong\./)

  t.match(await run(talk), [
    { id: 1, result: { message: { text: 'Hello, Bob!' } } },
    { id: 2, result: { status: 'OK' } }
  ])
  t.match(await pushed(bob), { code: 3001, body: { text: 'Hello, Bob!' } })
  t.match(await pushed(ann), { code: 3002 }, 'what was sent from elsewhere')
  t.match(await pushed(ann), { code: 3300, body: { receiverTag: '@bob' } })

  t.equal(await messenger.end('SIGKILL'), null)
  t.match(await once(ann.child, 'exit'), [0], 'who listened is told that the connection has ended')
  await startMessenger(t, { dir, entry, environment: { ...environment, PORT: port } })
  const [anns, bobs] = await run(history)
  t.match(anns.result, [{ senderTag: '@ann', receiverTag: '@bob', text: 'Hello, Bob!', isRead: true }])
  t.same(anns.result, bobs.result, 'both histories agree')
})

t.test('the README names only features that are missing', async (t) => {
  const server = await startServer(t)
  const ann = await (await server.signUp('ann')).connect()
  const missing = [
    'createGroup',
    'editMessage',
    'deleteMessage',
    'setReaction',
    'sendTypingToUser',
    'searchMessages',
    'blockUser',
    'changePassword',
    'deleteSelf'
  ]
  for (const method of missing) t.match(await ann.refusal(method), { code: -32601 }, method)
  for (const path of ['/forgot-password', '/reset-password']) t.equal((await server.post(path, {})).status, 404, path)
})
