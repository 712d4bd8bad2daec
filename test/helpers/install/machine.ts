import { type ChildProcess, execFile, execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { Test } from 'tap'

export const user = 'messenger-test'
const nativeFiles = [
  'argon2/build/Release/argon2.node',
  'better-sqlite3/build/Release/better_sqlite3.node',
  'better-sqlite3-13/build/Release/better_sqlite3.node'
]

/** A machine to install on: the folders /opt and /var/lib below a temporary one, and a user. */
export function prepareMachine(t: Test) {
  const root = mkdtempSync(join(tmpdir(), 'messenger-'))
  chmodSync(root, 0o755)
  for (const folder of ['opt', 'var/lib', 'sources']) mkdirSync(join(root, folder), { recursive: true })
  t.teardown(() => {
    spawnSync('userdel', [user])
    rmSync(root, { recursive: true })
  })
  const inRoot = (text: string) =>
    text
      .replaceAll(/(?<=\s|=|\()\/(opt|var\/lib)\//g, `${root}/$1/`)
      .replaceAll(/(--owner=|--group=|runuser -u |nologin )messenger\b/g, `$1${user}`)
  // npm compiles nothing, because that takes minutes, and downloads only packages that are not in its cache.
  const env = { ...process.env, npm_config_ignore_scripts: 'true', npm_config_prefer_offline: 'true' }
  async function run(commands: string): Promise<string> {
    const command = ['--unset=NODE_OPTIONS', 'bash', '-ec', inRoot(commands)]
    return (await promisify(execFile)('env', command, { cwd: root, env })).stdout
  }
  return { root, inRoot, run }
}

export type Machine = ReturnType<typeof prepareMachine>

/** Runs `npm pack` on the sources. Returns the name of the tarball. */
export function packSources({ root }: Machine): string {
  const sources = join(root, 'sources')
  const needed = ['src', 'static', 'build.js', 'package.json', 'package-lock.json', 'tsconfig.json', 'config.json']
  for (const path of needed) cpSync(path, join(sources, path), { recursive: true })
  symlinkSync(resolve('node_modules'), join(sources, 'node_modules'))
  execFileSync('env', ['--unset=NODE_OPTIONS', 'npm', 'pack', `--pack-destination=${root}`], {
    cwd: sources,
    stdio: 'pipe'
  })
  return readdirSync(root).find((name) => name.endsWith('.tgz')) as string
}

/** Makes the tarball of a later version that changes the database. */
export function packNext({ root }: Machine, tarball: string) {
  const dir = join(root, 'next')
  mkdirSync(dir)
  execFileSync('tar', ['--extract', `--file=${tarball}`, `--directory=${dir}`], { cwd: root })
  const edit = (path: string, what: RegExp, by: string) => {
    const file = join(dir, 'package', path)
    const text = readFileSync(file, 'utf8')
    if (!what.test(text)) throw new Error(`${path} has no ${what}.`)
    writeFileSync(file, text.replace(what, by))
  }
  edit('package.json', /"version": "0\.1\.0"/, '"version": "0.2.0"')
  edit('dist/bin/messenger-server.js', /(?=\];\s*function migrate\()/, ',`CREATE TABLE later (x)`')
  const next = tarball.replace('0.1.0', '0.2.0')
  execFileSync('tar', ['--create', '--gzip', `--file=${next}`, `--directory=${dir}`, 'package'], { cwd: root })
}

/** Copies the modules that npm would have compiled. */
export function addNativeFiles({ root }: Machine, folder: string) {
  for (const file of nativeFiles) {
    const path = join('node_modules', file)
    if (existsSync(path)) cpSync(path, join(root, 'opt', folder, path))
  }
}

/** Starts Node as another user. It ends with the test. */
export function startNodeAs(
  t: Test,
  owner: string | number,
  args: string[],
  { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv }
): ChildProcess {
  // This user may not write the coverage of the tests.
  const setpriv = ['--unset=NODE_OPTIONS', 'setpriv', `--reuid=${owner}`, `--regid=${owner}`, '--clear-groups']
  const child = spawn('env', [...setpriv, '--no-new-privs', process.execPath, ...args], { cwd, env })
  t.teardown(() => child.kill('SIGKILL'))
  return child
}
