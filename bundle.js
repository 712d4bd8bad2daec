import { build } from 'esbuild'

// One file instead of a thousand modules: it more than halves the time from start to listening.
await build({
  entryPoints: { 'messenger-server': 'dist/src/server.js', checkpointer: 'dist/src/store/sqlite/checkpointer.js' },
  outdir: 'dist/bin',
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'linked',
  // Native code stays where npm has put it, and so does what a start with SQLite does without.
  external: ['argon2', 'sharp', 'mongodb', 'prom-client', '@zxcvbn-ts/language-common'],
  // CommonJS packages in an ECMAScript module still call require() for what Node brings.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" }
})
