import { readFileSync } from 'node:fs'
import t from 'tap'
import { fill } from '../docs/fill.js'

t.test('the pages say what the source says (npm run docs)', async (t) => {
  for (const page of ['docs/protocol.md', 'docs/configuration.md']) {
    const text = readFileSync(page, 'utf8')
    t.equal(fill(text), text, page)
    t.notMatch(text, /undefined/)
  }
})

t.test('what proves a promise is there', async (t) => {
  const named = readFileSync('docs/reliability.md', 'utf8').matchAll(/`(test\/[^`]+)`(?:: "([^"]+)")?/g)
  for (const [, file, title] of named) {
    t.ok(title && readFileSync(file as string, 'utf8').includes(title), `${file}: ${title}`)
  }
})
