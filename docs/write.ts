/** Updates the generated parts of the documentation (`npm run docs`). */
import { readFileSync, writeFileSync } from 'node:fs'
import { fill } from './fill.js'

for (const page of ['docs/protocol.md', 'docs/configuration.md']) writeFileSync(page, fill(readFileSync(page, 'utf8')))
