import { type ChildProcess, execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { blocksOf } from '../helpers/install/blocks.js'
import {
  addNativeFiles,
  type Machine,
  packNext,
  packSources,
  prepareMachine,
  startNodeAs,
  user
} from '../helpers/install/machine.js'
import { settingOf } from '../helpers/install/unit.js'
import { reportOf, untilItListens } from '../helpers/messengerProcess.js'

const [pack, install, version, unpackNext, upgrade, wayBack] = blocksOf('docs/operation.md', 'sh')
const skip = process.getuid?.() !== 0 && 'The installation for production was not tested: only root can add its user.'

/** Starts the server like the unit. */
function startUnit(t: Test, { inRoot }: Machine): ChildProcess {
  const [, ...args] = inRoot(settingOf('ExecStart')).split(' ')
  const own = Object.fromEntries(
    settingOf('Environment')
      .split(' ')
      .map((pair) => pair.split('='))
  )
  return startNodeAs(t, user, args, {
    cwd: inRoot(` ${settingOf('WorkingDirectory')}/`).trim(),
    env: { PATH: process.env.PATH, PORT: '0', ...own }
  })
}

/** Runs the commands of a block. The test itself does the work of systemctl. */
async function runBlock(t: Test, machine: Machine, block: string | undefined, running?: ChildProcess) {
  let child = running
  for (const line of String(block).trim().split('\n')) {
    if (line === 'systemctl stop messenger') {
      const ended = reportOf(child as ChildProcess)
      child?.kill('SIGTERM')
      t.match(await ended, { code: 0 })
    } else if (line === 'systemctl start messenger') child = startUnit(t, machine)
    else await machine.run(line)
  }
  return child as ChildProcess
}

t.test('the installation for production, word for word', { skip }, async (t) => {
  const machine = prepareMachine(t)
  const { root, run } = machine
  t.equal(pack, 'npm ci && npm pack\n')
  const tarball = packSources(machine)
  t.equal(tarball, 'messenger-server-0.1.0.tgz')
  await run(String(install))
  addNativeFiles(machine, 'messenger-0.1.0')
  t.equal(await run(String(version)), '0.1.0\n')
  const installed = statSync(join(root, 'opt/messenger-0.1.0/dist/bin/messenger-server.js'))
  t.same([installed.uid, installed.mode & 0o022], [0, 0], 'it cannot change its own program')

  const first = startUnit(t, machine)
  const before = await untilItListens(t, first)
  const uid = Number(execFileSync('id', ['-u', user]))
  t.match(readFileSync(`/proc/${first.pid}/status`, 'utf8'), new RegExp(`^Uid:\t${uid}\t`, 'm'))
  const home = join(root, 'var/lib/messenger')
  for (const path of ['data', ...readdirSync(join(home, 'data')).map((name) => join('data', name))]) {
    const { uid: owner, mode } = statSync(join(home, path))
    t.same([owner, mode & 0o077], [uid, 0], path)
  }
  t.equal(statSync(join(home, 'config.json')).mode & 0o777, 0o640)
  const cookies = { ann: await before.signUp('ann'), bob: await before.signUp('bob') }
  const ann = await before.connect(cookies.ann)
  await ann.call('sendMessageToUser', ['@bob', 'before'])

  packNext(machine, tarball)
  await run(String(unpackNext))
  addNativeFiles(machine, 'messenger-0.2.0')
  const second = await runBlock(t, machine, upgrade, first)
  t.match(await ann.notification(), { code: 3901 }, 'a planned stop')
  const after = await untilItListens(t, second)
  t.equal(await run(String(version)), '0.2.0\n')
  const again = await after.connect(cookies.ann)
  await again.call('sendMessageToUser', ['@bob', 'after'])

  const [stop, link, ...rest] = String(wayBack).trim().split('\n')
  await runBlock(t, machine, `${stop}\n${link}`, second)
  t.match(await reportOf(startUnit(t, machine)), { code: 1, stderr: /update the program/ }, 'not on the new database')
  const former = await untilItListens(t, await runBlock(t, machine, rest.join('\n')))
  t.equal(await run(String(version)), '0.1.0\n')
  const bob = await former.connect(cookies.bob)
  t.match(await bob.call('getMessagesWithUser', ['@ann']), [{ text: 'before' }], 'as it was at the backup')
})
