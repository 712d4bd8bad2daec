import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import t from 'tap'

/** The parts of the server. A part imports only itself and parts behind it. */
const parts = [
  ['src/server.ts'],
  ['src/app.ts', 'src/listen.ts'],
  ['src/commands'],
  ['src/plugins'],
  ['src/webSocket'],
  ['src/rpc'],
  ['src/accounts', 'src/images'],
  ['src/notifier'],
  ['src/limits', 'src/metrics'],
  ['src/store'],
  ['src/config.ts'],
  ['src/tuning.ts'],
  ['src/schemas'],
  ['src/errors.ts', 'src/lruCache.ts', 'src/package.ts']
]

const maxFilesInFolder = 16
const minLinesOfOneUse = 15

const importOf = /(?:from|import) ?\(?'(\.[^']+)'/g

/** Returns the files below a folder, as paths with `/`. */
function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
}

/** Returns the imports within `src`, as [file, imported file]. */
function importsOf(files: string[]): [string, string][] {
  return files.flatMap((file) => {
    const imported = readFileSync(file, 'utf8').matchAll(importOf)
    return [...imported].map(([, path]): [string, string] => [
      file,
      normalize(join(dirname(file), path as string)).replace(/\.js$/, '.ts')
    ])
  })
}

const partOf = (file: string) =>
  parts.findIndex((paths) => paths.some((path) => file === path || file.startsWith(`${path}/`)))

t.test('imports point down the list of parts', async (t) => {
  const files = filesBelow('src')
  t.same(
    files.filter((file) => partOf(file) === -1),
    [],
    'each file belongs to a part'
  )
  const wrong = importsOf(files).filter(([file, imported]) => {
    const [from, to] = [partOf(file), partOf(imported)]
    return from > to || (from === to && file.split('/')[1] !== imported.split('/')[1])
  })
  t.same(wrong, [])
})

t.test(`a folder has at most ${maxFilesInFolder} files`, async (t) => {
  for (const root of ['src', 'test', 'static', 'bench', 'docs']) {
    const counts = new Map<string, number>()
    for (const file of filesBelow(root)) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1)
    t.same(
      [...counts].filter(([, count]) => count > maxFilesInFolder),
      [],
      root
    )
  }
})

t.test('a file that only one other file uses has a reason to be one', async (t) => {
  const files = filesBelow('src')
  const imports = importsOf(files)
  const small = files.filter((file) => {
    const users = imports.filter(([, imported]) => imported === file).length
    const lines = readFileSync(file, 'utf8').split('\n').length - 1
    // A method is one file, however short.
    return users === 1 && lines < minLinesOfOneUse && !file.startsWith('src/rpc/methods/')
  })
  t.same(small, [])
})
