/**
 * Builds the server. With `--if-changed`, as `npm start` calls it, it builds only if the sources differ from the last build.
 * A package of the built server has no sources.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const server = 'dist/bin/messenger-server.js'
const digestFile = 'dist/sources.sha256'

if (process.argv[2] !== '--if-changed' || !isBuilt()) await build()

function isBuilt() {
  if (!existsSync(server)) return false
  return !existsSync('src') || (existsSync(digestFile) && readFileSync(digestFile, 'utf8') === digestOfSources())
}

/** Returns a digest of the contents. Modification times are useless after an archive was unpacked over an older one. */
function digestOfSources() {
  const sources = readdirSync('src', { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort()
  const hash = createHash('sha256')
  for (const path of [...sources, 'build.js', 'package.json', 'package-lock.json', 'tsconfig.json']) {
    hash.update(`${path}\0`).update(readFileSync(path)).update('\0')
  }
  return hash.digest('hex')
}

async function build() {
  const digest = existsSync('src') && digestOfSources()
  const esbuild = await import('esbuild').catch(() => undefined)
  if (!digest || !esbuild) {
    console.error(
      `${server} is missing or not built from these sources, and the compiler is missing: run "npm ci && npm run build" first.`
    )
    process.exit(1)
  }
  rmSync('dist', { recursive: true, force: true })
  const { status } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc'], { stdio: 'inherit' })
  if (status !== 0) process.exit(1)
  await bundle(esbuild)
  writeFileSync(digestFile, digest)
}

/** Bundles a thousand modules into one file, which more than halves the time from start to listening. */
async function bundle(esbuild) {
  await esbuild.build({
    entryPoints: { 'messenger-server': 'dist/src/server.js', checkpointer: 'dist/src/store/sqlite/checkpointer.js' },
    outdir: 'dist/bin',
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'linked',
    // Native code has to stay in its package. The other packages are not needed to start with SQLite.
    external: ['argon2', 'sharp', 'mongodb', 'prom-client', '@zxcvbn-ts/language-common'],
    // CommonJS packages call require() for built-in modules, which an ECMAScript module lacks.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" }
  })
}
