/** `npm run docs`: updates the tables that come from the source. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fill } from './tables.js'

for (const page of ['docs/protocol.md', 'docs/configuration.md']) writeFileSync(page, fill(readFileSync(page, 'utf8')))
