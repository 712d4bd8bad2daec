import { spawnSync } from 'node:child_process'
import { readdirSync, renameSync } from 'node:fs'
import { join, resolve } from 'node:path'
import t from 'tap'
import { makeHouse, peopleIn } from '../../helpers/commands/drill.js'
import { killBackups, killRestores, withoutStrace as skip } from '../../helpers/faults/killIn.js'

const [early, late] = [
  ['fsync', 1],
  ['rename', 1]
] as const

t.test('a restore that is killed leaves the former database or the restored one', { skip }, (t) =>
  killRestores(t, [{ name: 'running', moments: [early, ['fsync', 18]], outcomes: ['@ann', '@ann,@bob'] }])
)

t.test('a backup that is killed is whole or not there', { skip }, (t) => killBackups(t, [early, late]))

/** Runs a command where the system refuses a call. */
function refuse(call: string, command: string, file: string, dir: string) {
  // These are the compiled modules, whose coverage counts.
  const server = [process.execPath, resolve('dist/src/server.js'), command, file]
  const inject = ['-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:error=EPERM`]
  const { status, stderr } = spawnSync('strace', [...inject, ...server], {
    cwd: dir,
    env: { ...process.env, DB_URL: '' }
  })
  return { status, stderr: String(stderr) }
}

t.test('a file system without hard links accepts backups', { skip }, async (t) => {
  const { dir } = await makeHouse(t)
  const file = join(dir, 'copy.db')
  t.match(refuse('link', 'backup', file, dir), { status: 0, stderr: '' })
  t.same(peopleIn(file), ['@ann', '@bob'])
  t.same(readdirSync(dir).sort(), ['backup.db', 'copy.db', 'data'])
})

t.test('a restore without hard links keeps the database and says what to do', { skip }, async (t) => {
  const { dir, file, backup } = await makeHouse(t)
  const says =
    /messenger\.db: its file system has no hard links, so the present database cannot be kept \(EPERM\): move it away first\n$/
  t.match(refuse('link', 'restore', backup, dir), { status: 1, stderr: says })
  t.same(peopleIn(file), ['@ann', '@bob'])
  renameSync(file, `${file}.former`)
  t.match(refuse('link', 'restore', backup, dir), { status: 0, stderr: '' })
  t.same(peopleIn(file), ['@ann'])
})

t.test('a backup with an undeletable draft does not report an existing file', { skip }, async (t) => {
  const { dir } = await makeHouse(t)
  const { status, stderr } = refuse('unlink', 'backup', join(dir, 'copy.db'), dir)
  t.equal(status, 1)
  t.match(stderr, /EPERM.*copy\.db\..*\.part/)
  t.notMatch(stderr, 'it exists already')
})
