/**
 * Runs test files, two at a time, with one MongoDB server and one browser for all, and asks for full coverage. `--long` runs the
 * long tests; paths run these files alone. Every file is a plain program, because the loader of the runner `tap` doubles the
 * time of each start.
 */
import { execFile, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pLimit from 'p-limit'
import { launchBrowserServer } from './helpers/browser/chromium.js'
import { runMongod, withoutMongo } from './helpers/mongod.js'

// The time limits of single tests are meant to end a file before.
const timeoutMs = 630_000
const maxOutputBytes = 100_000_000
// Tests wait much of their time, and more of them would delay those that measure.
const atOnce = 3
// Only tests with MongoDB reach these.
const mongoOnly = ['dist/src/store/mongo/**', 'dist/src/commands/**', 'dist/src/store/open.js']

const paths = process.argv.slice(2).filter((arg) => arg !== '--long')
const isLong = process.argv.includes('--long')
const dir = await mkdtemp(join(tmpdir(), 'messenger-tests-'))
const coverageDir = join(dir, 'coverage')
await mkdir(coverageDir)
const coverage = new URL('coverage.js', import.meta.url)

const mongod = withoutMongo || process.env.MONGODB_URL ? undefined : await runMongod(dir)
const browser = await launchBrowserServer()
const env = {
  ...process.env,
  TAP_TIMEOUT: isLong ? '600' : '120',
  ...(!isLong && { COVERAGE_DIR: coverageDir, NODE_OPTIONS: `--import=${coverage}` }),
  ...(mongod && { MONGODB_URL: mongod.url }),
  ...(browser && { CHROMIUM_ENDPOINT: browser.wsEndpoint() })
}

let ended = 0
console.log('TAP version 14')
const limit = pLimit(atOnce)
const passed = await Promise.all((paths.length > 0 ? paths : findFiles()).map((file) => limit(() => passes(file))))
await browser?.close()
if (mongod) {
  mongod.child.kill()
  await once(mongod.child, 'exit')
}
const isCovered = isLong || checkCoverage()
await rm(dir, { recursive: true })

console.log(`1..${passed.length}\n# ${passed.filter(Boolean).length} of ${passed.length} test files passed`)
if (withoutMongo) console.log(withoutMongo)
process.exitCode = passed.includes(false) || !isCovered ? 1 : 0

function findFiles(): string[] {
  const files = readdirSync('dist/test', { recursive: true, encoding: 'utf8' })
  const ofKind = files.filter((file) => file.endsWith(isLong ? '.long.js' : '.test.js'))
  // Backwards, because the longest one is in `store`, and would be alone at the end.
  return ofKind
    .sort()
    .reverse()
    .map((file) => join('dist/test', file))
}

/** Runs a file. Prints one line, what is skipped, and everything when it fails. */
async function passes(file: string): Promise<boolean> {
  const begunAt = performance.now()
  const options = { env, timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: maxOutputBytes } as const
  const running = promisify(execFile)(process.execPath, ['--enable-source-maps', file], options)
  const { stdout, stderr, isPassed } = await running.then(
    (output) => ({ ...output, isPassed: true }),
    (failure) => ({ ...failure, isPassed: false })
  )
  if (!isPassed) console.log(stdout + stderr)
  else for (const line of stdout.split('\n')) if (line.includes('# SKIP')) console.log(line)
  console.log(`${isPassed ? 'ok' : 'not ok'} ${++ended} - ${file} # time=${Math.round(performance.now() - begunAt)}ms`)
  return isPassed
}

/** Prints what is not covered. Of single files it is only told. */
function checkCoverage(): boolean {
  const excluded = withoutMongo ? mongoOnly.map((files) => `--exclude=${files}`) : []
  const isWhole = paths.length === 0
  const args = ['report', `--temp-directory=${coverageDir}`, '--include=dist/src/**', ...excluded, '--skip-full']
  const c8 = ['node_modules/c8/bin/c8.js', ...args, ...(isWhole ? ['--100'] : [])]
  const { status } = spawnSync(process.execPath, c8, { stdio: 'inherit' })
  return status === 0
}
