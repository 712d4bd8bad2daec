import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Test } from 'tap'
import { makeHouse, peopleIn, run } from '../commands/drill.js'
import { open } from '../commands/town.js'
import { entry } from '../messengerProcess.js'

/** Why tests that kill within a system call are skipped; false when they are not. */
export const withoutStrace = spawnSync('strace', ['-V']).error && 'needs strace'

/** A system call, and the number of the one in which the process is killed. */
type Moment = readonly [call: string, number: number]

/** System calls that change a file. */
export const moments = [
  ['fsync', 1],
  ['fsync', 3],
  ['fsync', 5],
  ['link', 1],
  ['unlink', 2],
  ['rename', 1]
] as const

/** The calls that move the log and replace the database. */
export const moreMoments = [
  ['pwrite64', 1],
  ['unlink', 1],
  ['unlink', 4],
  ['unlink', 5],
  ...[8, 10, 12, 14, 16, 17, 18].map((number) => ['fsync', number] as const)
] as const

/** Runs a command and kills it in a system call, if it makes that call. */
function killIn([call, number]: Moment, name: string, file: string, cwd: string): void {
  const inject = ['-e', `trace=${call}`, '-e', `inject=${call}:signal=KILL:when=${number}`]
  const command = [process.execPath, resolve(entry), name, file]
  const env = { ...process.env, NODE_OPTIONS: '', DB_URL: '' }
  spawnSync('strace', ['-f', '-qq', '-o', '/dev/null', ...inject, ...command], { cwd, env })
}

const peopleOf = (file: string) => (existsSync(file) ? peopleIn(file).join() : 'none')

interface Former {
  name: 'running' | 'empty'
  moments: readonly Moment[]
  /** The people found after the kills, in order. */
  outcomes: string[]
}

/** Kills a restore at each moment. The database is the former or the restored one, and another run completes the restore. */
export async function killRestores(t: Test, formers: Former[]): Promise<void> {
  const { dir, backup, url } = await makeHouse(t)
  const store = await open(url)
  await store.users.setLastSeen('nobody', 1)
  cpSync(join(dir, 'data'), join(dir, 'running'), { recursive: true })
  await store.close()
  mkdirSync(join(dir, 'empty'))

  for (const { name, moments, outcomes } of formers) {
    const found = new Set<string>()
    for (const moment of moments) {
      const home = join(dir, `${name}-${moment.join('-')}`)
      const file = join(home, 'data', 'messenger.db')
      cpSync(join(dir, name), join(home, 'data'), { recursive: true })
      killIn(moment, 'restore', backup, home)
      found.add(peopleOf(file))
      await run(t, 'restore', backup, `file:${file}`)
      t.same(peopleIn(file), ['@ann'], `killed in ${moment.join(' ')} and run again`)
      const scraps = readdirSync(join(home, 'data')).filter((name) => /part|-wal|-shm|-journal/.test(name))
      t.same(scraps, [], 'nothing is left of the killed run')
    }
    t.same([...found].sort(), outcomes)
  }
}

/** Kills a backup at each moment: it is whole or not there. */
export async function killBackups(t: Test, moments: readonly Moment[]): Promise<void> {
  const { dir } = await makeHouse(t)
  const found = new Set<string>()
  for (const moment of moments) {
    const file = join(dir, `${moment.join('-')}.db`)
    killIn(moment, 'backup', file, dir)
    found.add(peopleOf(file))
  }
  t.same([...found].sort(), ['@ann,@bob', 'none'])
}
