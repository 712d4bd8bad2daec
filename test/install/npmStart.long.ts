import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import t, { type Test } from 'tap'
import { reportOf, untilItListens } from '../helpers/messengerProcess.js'

const sources = ['src', 'static', 'build.js', 'package.json', 'package-lock.json', 'tsconfig.json']

const env = { ...process.env, HOST: '127.0.0.1', PORT: '0' }

/** Runs a command without the coverage of the tests. */
const run = (cwd: string, command: string[], detached = false) =>
  spawn('env', ['--unset=NODE_OPTIONS', ...command], { cwd, env, detached })

/** Makes a folder outside of the project, of which coverage is measured. */
function copyOf(t: Test, paths: string[]): string {
  const dir = mkdtempSync(join(tmpdir(), 'messenger-'))
  t.teardown(() => rmSync(dir, { recursive: true }))
  for (const path of paths) cpSync(path, join(dir, path), { recursive: true })
  return dir
}

/** Runs npm in a process group of its own, like a terminal. */
function npmStart(t: Test, cwd: string): ChildProcess {
  const child = run(cwd, ['npm', 'start'], true)
  t.teardown(() => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-Number(child.pid), 'SIGKILL')
  })
  return child
}

const childOf = (pid: number | undefined) => Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'))
const builtAt = (dir: string) => statSync(join(dir, 'dist/bin/messenger-server.js')).mtimeMs

const stops = [
  { how: 'SIGTERM to npm', stop: ({ pid }: ChildProcess) => process.kill(Number(pid), 'SIGTERM') },
  { how: 'SIGINT to npm', stop: ({ pid }: ChildProcess) => process.kill(Number(pid), 'SIGINT') },
  { how: 'Ctrl+C in its terminal', stop: ({ pid }: ChildProcess) => process.kill(-Number(pid), 'SIGINT') },
  { how: 'SIGTERM to all of its processes', stop: ({ pid }: ChildProcess) => process.kill(-Number(pid), 'SIGTERM') }
]

t.test('npm start builds changed sources, and a signal to npm stops the server in order', async (t) => {
  const dir = copyOf(t, [...sources, 'dist/bin', 'dist/sources.sha256'])
  symlinkSync(resolve('node_modules'), join(dir, 'node_modules'))
  const lastBuild = builtAt(dir)
  for (const [index, { how, stop }] of stops.entries()) {
    const npm = npmStart(t, dir)
    const { signUp, connect } = await untilItListens(t, npm)
    t.equal(builtAt(dir), lastBuild, 'nothing has changed')
    const server = childOf(npm.pid)
    const device = await connect(await signUp(`ann${index}`))
    const ended = once(npm, 'exit')
    stop(npm)
    t.match(await device.notification(), { code: 3901 }, `${how}: its clients are told`)
    t.match(await device.closed, { code: 1001 }, how)
    t.same(await ended, [0, null], how)
    t.throws(() => process.kill(server, 0), { code: 'ESRCH' }, `${how}: it has left nothing running`)
  }

  const source = join(dir, 'src/listen.ts')
  utimesSync(source, new Date(), new Date())
  t.match(await build(dir), { code: 0, stderr: /^$/ })
  t.equal(builtAt(dir), lastBuild, 'a new time alone is no change')
  appendFileSync(source, '// changed\n')
  t.match(await build(dir), { code: 0, stderr: /^$/ })
  t.not(builtAt(dir), lastBuild)

  appendFileSync(source, '// changed again\n')
  rmSync(join(dir, 'node_modules'))
  t.match(await reportOf(npmStart(t, dir)), { code: 1, stderr: sentence }, 'what was built is not what is there')
})

const build = (cwd: string) => reportOf(run(cwd, ['node', 'build.js', '--if-changed']))

const sentence =
  /^dist\/bin\/messenger-server\.js is missing or not built from these sources, and the compiler is missing: run "npm ci && npm run build" first\.$/m

t.test('without a built server and a compiler, npm says what to do', async (t) => {
  const dir = copyOf(t, sources)
  t.match(await build(dir), { code: 1, stderr: sentence })
})

t.test('a server that was built elsewhere starts without its sources', async (t) => {
  const dir = copyOf(t, ['build.js', 'package.json', 'static', 'dist/bin'])
  symlinkSync(resolve('node_modules'), join(dir, 'node_modules'))
  const npm = npmStart(t, dir)
  const { url, end } = await untilItListens(t, npm)
  t.equal((await fetch(url)).status, 200)
  t.equal(await end('SIGTERM'), 0)
})
