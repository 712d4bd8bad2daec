import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { driver, loadDriver } from '../../../src/store/sqlite/driver.js'
import { reportOf, spawnMessenger } from '../../helpers/messengerProcess.js'

const nodeModules = resolve('node_modules')
const installed = readdirSync(nodeModules).find((name) => {
  return name === (Number.parseInt(process.versions.node, 10) >= 22 ? 'better-sqlite3-13' : 'better-sqlite3')
}) as string

/** The binaries that npm compiles, and those that a package may bring. */
function withoutBinaries(folder: string): void {
  for (const name of ['build', 'prebuilds']) rmSync(join(folder, name), { recursive: true, force: true })
}

const faults = [
  {
    why: 'not installed',
    spoil: (folder: string) => rmSync(folder, { recursive: true }),
    says: /is not installed: run `npm install --include=optional`/
  },
  {
    why: 'not built',
    spoil: (folder: string) => withoutBinaries(folder),
    says: /is not built for Node\.js v[\d.]+: run `npm rebuild better-sqlite3\S*`/
  },
  {
    why: 'built for something else',
    spoil(folder: string) {
      withoutBinaries(folder)
      mkdirSync(join(folder, 'build', 'Release'), { recursive: true })
      writeFileSync(join(folder, 'build', 'Release', 'better_sqlite3.node'), 'of another machine')
    },
    says: /is not built for Node\.js v[\d.]+: run `npm rebuild better-sqlite3\S*`/
  }
]

t.test('the error of a missing or unbuilt SQLite driver says what to run', async (t) => {
  for (const { why, spoil, says } of faults) {
    const dir = t.testdir({ [installed]: {} })
    const folder = join(dir, installed)
    cpSync(join(nodeModules, installed, 'lib'), join(folder, 'lib'), { recursive: true })
    cpSync(join(nodeModules, installed, 'package.json'), join(folder, 'package.json'))
    cpSync(join(nodeModules, installed, 'build', 'Release'), join(folder, 'build', 'Release'), { recursive: true })
    symlinkSync(nodeModules, join(dir, 'node_modules'))
    spoil(folder)
    const Database = await loadDriver(pathToFileURL(join(folder, 'lib', 'index.js')).href)
    t.not(Database, driver, why)
    t.throws(() => new Database('x.db'), {
      message: /^SQLite cannot be used, because the package .* or set db\.url to a MongoDB database$/
    })
    t.throws(() => new Database('x.db'), {
      message: why === 'not installed' ? says : /is not built for Node\.js v[\d.]+: run `npm rebuild file:/
    })
  }
})

t.test('a server without the driver prints one line, and needs it for SQLite alone', async (t) => {
  for (const { why, spoil, says } of faults) {
    // Another folder, because Node looks for packages in the parent folders, too.
    const dir = mkdtempSync(join(tmpdir(), 'messenger-'))
    t.teardown(() => rmSync(dir, { recursive: true }))
    for (const folder of ['node_modules', 'dist', 'home']) mkdirSync(join(dir, folder))
    symlinkSync(resolve('static'), join(dir, 'static'))
    for (const name of readdirSync(nodeModules)) {
      if (name !== installed && !name.startsWith('.'))
        symlinkSync(join(nodeModules, name), join(dir, 'node_modules', name))
    }
    cpSync(join(nodeModules, installed), join(dir, 'node_modules', installed), { recursive: true })
    cpSync('dist/bin', join(dir, 'dist', 'bin'), { recursive: true })
    cpSync('package.json', join(dir, 'package.json'))
    spoil(join(dir, 'node_modules', installed))
    const entry = join(dir, 'dist', 'bin', 'messenger-server.js')
    const run = (args: string[], environment = {}) =>
      reportOf(
        spawnMessenger(t, { dir: join(dir, 'home'), entry, args, environment: { NODE_OPTIONS: '', ...environment } })
      )
    const { code, stderr } = await run([])
    t.equal(code, 1, why)
    t.match(stderr, says)
    t.match(stderr, /^data\/messenger\.db: SQLite cannot be used.*\n$/, 'in a line')
    t.match(await run(['--version']), { code: 0, stderr: /^$/ })
    t.match((await run([], { DB_URL: 'mongodb://[' })).stderr, /^db\.url: /)
  }
})
