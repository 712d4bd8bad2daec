import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs'
import { join, resolve } from 'node:path'
import t from 'tap'
import { makeHouse, peopleIn, run } from '../helpers/commands/drill.js'
import { open } from '../helpers/commands/town.js'
import { entry } from '../helpers/faults/load.js'

const skip = spawnSync('strace', ['-V']).error && 'needs strace'

/** Calls of the system that change something, each with the number of the one that is not made any more. */
const moments = [
  ['fsync', 1],
  ['fsync', 3],
  ['fsync', 5],
  ['link', 1],
  ['unlink', 2],
  ['rename', 1]
] as const

/** Those of moving the log and replacing the database. */
const more = [
  ['pwrite64', 1],
  ['unlink', 1],
  ['unlink', 4],
  ['unlink', 5],
  ...[8, 10, 12, 14, 16, 17, 18].map((number) => ['fsync', number] as const)
] as const

/** Runs a command and kills it in such a call, where it makes it. */
function killIn(
  [call, number]: readonly [call: string, number: number],
  name: string,
  file: string,
  cwd: string
): void {
  const inject = ['-e', `trace=${call}`, '-e', `inject=${call}:signal=KILL:when=${number}`]
  const command = [process.execPath, resolve(entry), name, file]
  const env = { ...process.env, NODE_OPTIONS: '', DB_URL: '' }
  spawnSync('strace', ['-f', '-qq', '-o', '/dev/null', ...inject, ...command], { cwd, env })
}

const peopleOf = (file: string) => (existsSync(file) ? peopleIn(file).join() : 'none')

t.test('a restore that is killed leaves the former database or the restored one', { skip }, async (t) => {
  const { dir, backup, url } = await makeHouse(t)
  const store = await open(url)
  await store.users.setLastSeen('nobody', 1)
  cpSync(join(dir, 'data'), join(dir, 'running'), { recursive: true })
  await store.close()
  mkdirSync(join(dir, 'empty'))

  for (const [former, outcomes, times] of [
    ['running', ['@ann', '@ann,@bob'], [...moments, ...more]],
    ['empty', ['@ann', 'none'], moments]
  ] as const) {
    const found = new Set<string>()
    for (const moment of times) {
      const home = join(dir, `${former}-${moment.join('-')}`)
      const file = join(home, 'data', 'messenger.db')
      cpSync(join(dir, former), join(home, 'data'), { recursive: true })
      killIn(moment, 'restore', backup, home)
      found.add(peopleOf(file))
      await run(t, 'restore', backup, `file:${file}`)
      t.same(peopleIn(file), ['@ann'], `killed in ${moment.join(' ')} and run again`)
      const scraps = readdirSync(join(home, 'data')).filter((name) => /part|-wal|-shm|-journal/.test(name))
      t.same(scraps, [], 'nothing is left of the run that was killed')
    }
    t.same([...found].sort(), outcomes)
  }
})

t.test('a backup that is killed is not there, or whole', { skip }, async (t) => {
  const { dir } = await makeHouse(t)
  const found = new Set<string>()
  for (const moment of moments) {
    const file = join(dir, `${moment.join('-')}.db`)
    killIn(moment, 'backup', file, dir)
    found.add(peopleOf(file))
  }
  t.same([...found].sort(), ['@ann,@bob', 'none'])
})

/** Runs a command where the system refuses a call. */
function refuse(call: string, command: string, file: string, dir: string) {
  // The compiled modules, whose coverage counts.
  const server = [process.execPath, resolve('dist/src/server.js'), command, file]
  const inject = ['-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:error=EPERM`]
  const { status, stderr } = spawnSync('strace', [...inject, ...server], {
    cwd: dir,
    env: { ...process.env, DB_URL: '' }
  })
  return { status, stderr: String(stderr) }
}

t.test('a file system without hard links takes backups, too', { skip }, async (t) => {
  const { dir } = await makeHouse(t)
  const file = join(dir, 'copy.db')
  t.match(refuse('link', 'backup', file, dir), { status: 0, stderr: '' })
  t.same(peopleIn(file), ['@ann', '@bob'])
  t.same(readdirSync(dir).sort(), ['backup.db', 'copy.db', 'data'])
})

t.test('a file system without hard links keeps its database, and a restore says what to do', { skip }, async (t) => {
  const { dir, file, backup } = await makeHouse(t)
  const says =
    /messenger\.db: its file system gives it no second name to be kept under \(EPERM\): move it away first\n$/
  t.match(refuse('link', 'restore', backup, dir), { status: 1, stderr: says })
  t.same(peopleIn(file), ['@ann', '@bob'])
  renameSync(file, `${file}.former`)
  t.match(refuse('link', 'restore', backup, dir), { status: 0, stderr: '' })
  t.same(peopleIn(file), ['@ann'])
})

t.test('a backup whose draft cannot be deleted is not taken for one that was there before', { skip }, async (t) => {
  const { dir } = await makeHouse(t)
  const { status, stderr } = refuse('unlink', 'backup', join(dir, 'copy.db'), dir)
  t.equal(status, 1)
  t.match(stderr, /EPERM.*copy\.db\..*\.part/)
  t.notMatch(stderr, 'it exists already')
})
