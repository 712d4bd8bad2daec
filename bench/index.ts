/** Measures the built server and references in one run (`npm run bench`). `-- PART…` selects parts, `-- --brief` is a trial run. */
import { brief, type Effort, full } from './effort.js'
import { disk } from './parts/disk.js'
import { handshake } from './parts/handshake.js'
import { history } from './parts/history.js'
import { latency } from './parts/latency.js'
import { memory } from './parts/memory.js'
import { presence } from './parts/presence.js'
import { start } from './parts/start.js'
import { stores } from './parts/stores.js'
import { talk } from './parts/talk.js'
import { type Tables, toTable } from './report.js'

const parts: Record<string, (effort: Effort) => Promise<Tables>> = {
  talk,
  stores,
  latency,
  presence,
  handshake,
  memory,
  history,
  start,
  disk
}

const args = process.argv.slice(2)
const effort = args.includes('--brief') ? brief : full
const wanted = args.filter((name) => name !== '--brief')
if (effort === brief) console.log('This is a trial run: its figures have no meaning.\n')
for (const name of wanted.length > 0 ? wanted : Object.keys(parts)) {
  const part = parts[name]
  if (!part) throw new Error(`The part ${name} does not exist. The parts are: ${Object.keys(parts).join(', ')}`)
  for (const [title, rows] of Object.entries(await part(effort))) console.log(`### ${title}\n\n${toTable(rows)}\n`)
}
