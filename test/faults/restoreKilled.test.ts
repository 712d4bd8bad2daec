import { spawnSync } from 'node:child_process'
import { cpSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import t from 'tap'
import { makeHouse, peopleIn } from '../commands/drill.js'
import { open } from '../commands/town.js'
import { entry } from './load.js'

const skip = spawnSync('strace', ['-V']).error && 'needs strace'
// What changes a file or a folder.
const calls = 'pwrite64,write,ftruncate,rename,link,unlink,chmod,chown,fsync,fdatasync'

/** Runs a command and kills it as it begins its Nth change. @returns whether it was killed */
function killAt(change: number, name: string, file: string, dir: string): boolean {
  const inject = [
    '-f',
    '-qq',
    '-o',
    '/dev/null',
    '-e',
    `trace=${calls}`,
    '-e',
    `inject=${calls}:signal=KILL:when=${change}`
  ]
  const command = [process.execPath, resolve(entry), name, file]
  const { signal, status } = spawnSync('strace', [...inject, ...command], {
    cwd: dir,
    env: { ...process.env, NODE_OPTIONS: '', DB_URL: '' }
  })
  return signal === 'SIGKILL' || status === 137
}

t.test('a restore that is killed leaves the former database or the restored one', { skip }, async (t) => {
  const { dir, backup, url } = await makeHouse(t)
  const store = await open(url)
  await store.setLastSeen('nobody', 1)
  cpSync(join(dir, 'data'), join(dir, 'killed'), { recursive: true })
  await store.close()

  const found = new Set<string>()
  for (const from of ['killed', 'none']) {
    for (let change = 1, isKilled = true; isKilled; change += 3) {
      const home = join(dir, `${from}-${change}`)
      if (from === 'killed') cpSync(join(dir, from), join(home, 'data'), { recursive: true })
      else cpSync(backup, join(home, 'backup.db'))
      isKilled = killAt(change, 'restore', backup, home)
      const file = join(home, 'data', 'messenger.db')
      const there = from === 'killed' || readdirSync(home).includes('data') ? readdirSync(join(home, 'data')) : []
      const left = there.includes('messenger.db') ? peopleIn(file).join() : 'none'
      found.add(`${from}: ${left}`)
      if (!isKilled) t.comment(`${change} changes`)
      const { status, stderr } = spawnSync(process.execPath, [resolve(entry), 'restore', backup], {
        cwd: home,
        env: { ...process.env, NODE_OPTIONS: '', DB_URL: '' }
      })
      t.match({ status, stderr: String(stderr) }, { status: 0, stderr: '' }, `run again after ${change - 1} changes`)
      t.same(peopleIn(file), ['@ann'])
      const names = readdirSync(join(home, 'data')).filter((name) => /part|-wal|-shm|-journal/.test(name))
      t.same(names, [], 'and nothing is left of the run that was killed')
    }
  }
  t.same([...found].sort(), ['killed: @ann', 'killed: @ann,@bob', 'none: @ann', 'none: none'])
})

t.test('a backup that is killed is not there, or whole', { skip }, async (t) => {
  const { dir } = await makeHouse(t)
  const found = new Set<string>()
  for (let change = 1, isKilled = true; isKilled; change += 3) {
    const file = join(dir, `${change}.db`)
    isKilled = killAt(change, 'backup', file, dir)
    found.add(readdirSync(dir).includes(`${change}.db`) ? peopleIn(file).join() : 'none')
  }
  t.same([...found].sort(), ['@ann,@bob', 'none'])
})
