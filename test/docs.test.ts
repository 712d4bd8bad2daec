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
