/** `npm run docs`: brings the pages that are partly made from the source up to date. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fill } from './fill.js'

for (const page of ['docs/protocol.md', 'docs/configuration.md']) writeFileSync(page, fill(readFileSync(page, 'utf8')))
