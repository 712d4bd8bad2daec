import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { addNativeFiles, prepareMachine, startNodeAs } from '../helpers/install/machine.js'
import { untilItListens } from '../helpers/messengerProcess.js'
import { findFreePort } from '../helpers/mongod.js'

const skip =
  process.getuid?.() !== 0 && 'The steps of the Dockerfile were not run: only root can start as another user.'

interface Step {
  instruction: string
  rest: string
}

/** Reads the steps of each stage. */
const stages = readFileSync('Dockerfile', 'utf8')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n\s*/g, '')
  .split(/^FROM .*\n/m)
  .slice(1)
  .map((stage) =>
    stage
      .trim()
      .split(/\n+/)
      .map((line): Step => ({ instruction: line.split(' ', 1)[0] as string, rest: line.replace(/^\w+ /, '') }))
  )

const find = (steps: Step[], name: string) => String(steps.find(({ instruction }) => instruction === name)?.rest)

/** Returns the files of this folder that Docker gets. */
const allowed = readFileSync('.dockerignore', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('!'))
  .map((line) => line.slice(1))

/** Runs the steps in folders in place of containers. Returns the folder and the user of the last stage. */
async function build(t: Test): Promise<{ image: string; uid: number }> {
  const machine = prepareMachine(t)
  const folderOf = (name: string) => join(machine.root, 'opt', name)
  const [, uid = ''] = find(stages[1] ?? [], 'USER').match(/^(\d+):/) ?? []

  async function take({ instruction, rest }: Step, name: string) {
    if (instruction === 'COPY') copy(t, rest, folderOf(name), folderOf('build'))
    // This machine has Debian's packages.
    if (instruction !== 'RUN' || rest.startsWith('apt-get')) return
    await machine.run(`cd /opt/${name} && ${rest.replaceAll('=node', `=${uid}`)}`)
    if (rest === 'npm ci') addNativeFiles(machine, name)
  }

  for (const [index, name] of ['build', 'image'].entries()) {
    mkdirSync(folderOf(name))
    for (const step of stages[index] as Step[]) await take(step, name)
  }
  return { image: folderOf('image'), uid: Number(uid) }
}

function copy(t: Test, rest: string, folder: string, buildFolder: string) {
  const words = rest.split(' ')
  const isFromBuild = words[0] === '--from=build'
  const paths = words.slice(isFromBuild ? 1 : 0, -1)
  const target = join(folder, String(words.at(-1)))
  for (const path of paths) {
    if (!isFromBuild) t.ok(allowed.includes(path), `${path} is not ignored`)
    const source = isFromBuild ? join(buildFolder, path.replace('/messenger/', '')) : path
    cpSync(source, words.at(-1) === './' ? join(target, path) : target, { recursive: true, verbatimSymlinks: true })
  }
}

/** Starts a command of the image, given as a list, as its user. */
function startAs(t: Test, uid: number, cwd: string, command: string, port: number): ChildProcess {
  const [, ...args] = JSON.parse(command) as string[]
  const variables = find(stages[1] ?? [], 'ENV')
    .split(' ')
    .map((pair) => pair.split('='))
  // Servers of tests listen on 127.0.0.1 alone.
  const env = { PATH: process.env.PATH, ...Object.fromEntries(variables), HOST: '127.0.0.1', PORT: `${port}` }
  return startNodeAs(t, uid, args, { cwd, env })
}

t.test('the steps of the Dockerfile make a server that runs as a user of its own', { skip }, async (t) => {
  const { image, uid } = await build(t)
  t.ok(uid > 0)
  const data = statSync(join(image, 'data'))
  t.same([data.uid, data.mode & 0o777], [uid, 0o700])
  t.throws(() => statSync(join(image, 'node_modules/typescript')), 'no compiler')

  const steps = stages[1] ?? []
  const port = await findFreePort()
  const server = startAs(t, uid, image, find(steps, 'CMD'), port)
  const { end, signUp, connect } = await untilItListens(t, server)
  const device = await connect(await signUp('ann'))
  const [, check = ''] = find(steps, 'HEALTHCHECK').match(/CMD (.*)$/) ?? []
  const health = async () => (await once(startAs(t, uid, image, check, port), 'exit'))[0]
  t.equal(await health(), 0)
  t.equal(await end('SIGTERM'), 0)
  t.match(await device.closed, { code: 1001 })
  t.equal(await health(), 1)
})
