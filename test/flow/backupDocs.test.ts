import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { peopleIn } from '../helpers/commands/drill.js'
import { entry, startMessenger } from '../helpers/messengerProcess.js'

const page = readFileSync('docs/operation.md', 'utf8')
const section = page.slice(page.indexOf('\n## Backup\n'))
const commands = Array.from(section.matchAll(/```(?:sh|crontab)\n(.*?)\n```/gs), ([, command]) => command as string)
const ways = Array.from(section.matchAll(/`((?:npm start|node) [^`]* backup backup\.db)`/g), ([, way]) => way as string)

t.test('the commands of the docs on backup and restore, word for word', async (t) => {
  const dir = t.testdir({ bin: {}, server: { backups: {} } })
  const home = join(dir, 'server')
  const program = join(dir, 'bin', 'messenger-server')
  writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" "${resolve(entry)}" "$@"\n`, { mode: 0o755 })
  const env = { ...process.env, NODE_OPTIONS: '', DB_URL: '', PATH: join(dir, 'bin') + delimiter + process.env.PATH }
  const run = (command: string) => promisify(execFile)('sh', ['-ec', command], { cwd: home, env })

  const [backup, daily, restore, ...more] = commands as [string, string, string]
  t.same(more, [], 'every command is run')
  const messenger = await startMessenger(t, { dir: home, entry, environment: { RATE_LIMITS: 'off', NODE_OPTIONS: '' } })
  await messenger.signUp('ann')
  await run(backup)
  await messenger.signUp('bob')
  const [, time, job] = /^((?:\S+ ){5})(.*)$/.exec(daily) ?? []
  t.equal(time, '30 3 * * * ')
  // cron needs an escaped percent sign.
  const own = String(job)
    .replaceAll('\\%', '%')
    .replace('/var/lib/messenger', home)
    .replace('/opt/messenger', resolve('.'))
  t.match(await run(own), { stdout: '', stderr: '' })
  const [name] = readdirSync(join(home, 'backups'))
  t.match(name, /^\d{4}-\d\d-\d\d\.db$/)
  t.same(peopleIn(join(home, 'backups', String(name))), ['@ann', '@bob'])
  await messenger.end('SIGTERM')

  const { stdout } = await run(restore)
  t.match(stdout, /messenger\.db\.replaced-/)
  t.same(peopleIn(join(home, 'data', 'messenger.db')), ['@ann'])

  t.equal(ways.length, 2)
  const [npm, node] = ways
  t.equal(npm, 'npm start -- backup backup.db')
  await run(`rm backup.db && ${String(node).replace('dist/', `${resolve('dist')}/`)}`)
  t.same(peopleIn(join(home, 'backup.db')), ['@ann'])
})
