import { readFileSync } from 'node:fs'
import t from 'tap'

interface Entry {
  link?: boolean
  integrity?: string
  resolved?: string
  hasInstallScript?: boolean
}

const read = (file: string) => JSON.parse(readFileSync(file, 'utf8'))

t.test(
  'every dependency is pinned by its digest, and only known ones run a script when they are installed',
  async (t) => {
    const { '': _project, ...packages } = read('package-lock.json').packages as Record<string, Entry>
    const { allowScripts } = read('package.json') as { allowScripts: Record<string, boolean> }
    t.ok(Object.keys(packages).length > 100)
    for (const [path, { integrity, resolved, hasInstallScript }] of Object.entries(packages)) {
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
      t.match(integrity, /^sha512-/, name)
      t.equal(resolved, undefined, `${name} comes from whatever registry npm is told`)
      if (hasInstallScript) t.ok(Object.hasOwn(allowScripts, name), name)
    }
  }
)
