import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { blocksOf } from '../helpers/install/blocks.js'

const linters = ['hadolint', 'check-jsonschema']
const missing = linters.filter((linter) => spawnSync(linter, ['--version']).error)
const skip = missing.length > 0 && `Dockerfile and compose.yaml were not checked: no ${missing.join(', no ')}.`

/** Runs a linter. Returns its exit code and its complaints. */
function lint(command: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  return { status, says: status === 0 ? '' : stdout + stderr }
}

const agrees = { status: 0, says: '' }

t.test('the files of the container are valid', { skip }, async (t) => {
  t.test('hadolint accepts the Dockerfile', async (t) => {
    t.same(lint('hadolint', 'Dockerfile'), agrees)
    const file = join(t.testdir(), 'Dockerfile')
    writeFileSync(file, readFileSync('Dockerfile', 'utf8').replace('WORKDIR /messenger', 'WORKDIR messenger'))
    t.match(lint('hadolint', file), { status: 1, says: /DL3000/ })
  })

  t.test('compose.yaml follows the Compose Specification', async (t) => {
    const check = (file: string) => lint('check-jsonschema', '--builtin-schema', 'vendor.compose-spec', file)
    t.same(check('compose.yaml'), agrees)
    const file = join(t.testdir(), 'compose.yaml')
    writeFileSync(file, readFileSync('compose.yaml', 'utf8').replace('restart:', 'restarts:'))
    t.match(check(file), { status: 1, says: /restarts/ })
  })
})

t.test('the docs and the files of the container agree', async (t) => {
  const compose = readFileSync('compose.yaml', 'utf8')
  const [, url] = blocksOf('docs/operation.md', 'sh')
    .join('')
    .match(/DB_URL=(\S+) docker compose --profile cluster/) ?? ['', '']
  const { hostname, port } = new URL(String(url))
  t.match(compose, `host: "${hostname}:${port}"`, 'the name of the one member, which clients of the set are told')
  t.match(compose, /^ {2}messenger:\n {4}build: \.\n/m)
  t.match(compose, /profiles: \[cluster\]\n.*mongo:/)
  t.notMatch(compose, /REDIS_URL/, 'which the server does not know')
})
