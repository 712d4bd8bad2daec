/** Runs the tests. What only those with MongoDB reach is not counted where they are skipped. */
import { spawnSync } from 'node:child_process'
import { withoutMongo } from './helpers/mongod.js'

// A list given here stands for that of .taprc.
const uncounted = [
  'dist/test/**',
  'dist/bin/**',
  'docs/listen.js',
  'static/**',
  'dist/src/store/mongo/**',
  'dist/src/commands/**',
  'dist/src/store/open.js',
  'dist/src/store/openArchive.js'
]
const options = withoutMongo ? uncounted.map((files) => `--coverage-exclude=${files}`) : []
const { status } = spawnSync('tap', [...options, ...process.argv.slice(2)], { stdio: 'inherit' })
if (withoutMongo) console.log(withoutMongo)
process.exitCode = status ?? 1
