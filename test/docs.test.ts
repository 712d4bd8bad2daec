import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import { fill } from '../docs/tables.js'

t.test('the tables in docs are those of the source (npm run docs)', async (t) => {
  for (const page of ['docs/protocol.md', 'docs/configuration.md']) {
    const text = readFileSync(page, 'utf8')
    t.equal(fill(text), text, page)
    t.notMatch(text, /undefined/)
  }
})

t.test('the tests that docs/reliability.md names exist', async (t) => {
  const named = readFileSync('docs/reliability.md', 'utf8').matchAll(/`(test\/[^`]+)`(?:: "([^"]+)")?/g)
  for (const [, file, title] of named) {
    t.ok(title && readFileSync(file as string, 'utf8').includes(title), `${file}: ${title}`)
  }
})

interface Proof {
  page: string
  languages: string[]
  /** Tests that take the blocks from the page, or the reason for none. */
  by?: string[]
  why?: string
}

const proofs: Proof[] = [
  { page: 'README.md', languages: ['sh'], by: ['test/flow/readme.test.ts'] },
  { page: 'CONTRIBUTING.md', languages: ['sh'], why: 'it runs the tests' },
  { page: 'docs/configuration.md', languages: ['nginx'], by: ['test/flow/nginx.long.ts'] },
  { page: 'docs/moving.md', languages: ['sh'], by: ['test/flow/moving.long.ts'] },
  { page: 'docs/mongodb.md', languages: ['sh'], why: 'it needs Docker; test/flow/mongo/processes.test.ts sets DB_URL' },
  {
    page: 'docs/operation.md',
    languages: ['crontab', 'ini', 'sh'],
    by: ['test/install/production.long.ts', 'test/flow/backupDocs.test.ts']
  }
]

t.test('tests run the commands and configurations of the pages, or there is a reason', async (t) => {
  const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...readdirSync('docs').map((name) => `docs/${name}`)]
  for (const page of pages.filter((name) => name.endsWith('.md'))) {
    const fences = readFileSync(page, 'utf8').matchAll(/^```(\w+)$/gm)
    const languages = [...new Set(Array.from(fences, ([, language]) => String(language)))].sort()
    const proof = proofs.find((one) => one.page === page)
    t.same(languages, proof?.languages ?? [], page)
    for (const by of proof?.by ?? []) t.match(readFileSync(by, 'utf8'), page, `${by} reads ${page}`)
  }
})
