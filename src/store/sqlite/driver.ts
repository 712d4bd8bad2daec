import type SQLite from 'better-sqlite3'

/**
 * Drivers, best first. better-sqlite3 12 runs on Node 20, but its statements abort the process when Node 24.19 or later
 * collects them. Version 13 needs Node 22, and npm installs it only there.
 */
const drivers = [
  { minNodeMajor: 22, name: 'better-sqlite3-13' },
  { minNodeMajor: 0, name: 'better-sqlite3' }
]

const nodeMajor = Number.parseInt(process.versions.node, 10)
const { name } = drivers.find(({ minNodeMajor }) => nodeMajor >= minNodeMajor) as { name: string }

/** The class `Database` of better-sqlite3. */
export const driver = await loadDriver(name)

/**
 * Loads the driver. The package is optional, because a server with MongoDB does not need it.
 *
 * @returns the class `Database`; if the package is missing or not built, a class that throws the advice
 */
export async function loadDriver(name: string): Promise<typeof SQLite> {
  try {
    const { default: Database } = await import(name)
    // The first database loads the native part.
    new Database(':memory:').close()
    return Database
  } catch (cause) {
    const message = describeMissing(name, (cause as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND')
    function refuse() {
      throw new Error(message, { cause })
    }
    return refuse as unknown as typeof SQLite
  }
}

function describeMissing(name: string, isAbsent: boolean): string {
  const [state, command] = isAbsent
    ? ['is not installed', 'npm install --include=optional']
    : [`is not built for Node.js ${process.version}`, `npm rebuild ${name}`]
  return (
    `SQLite cannot be used, because the package ${name} ${state}: run \`${command}\` in the server's folder ` +
    '(it may need python3, make and g++), or set db.url to a MongoDB database'
  )
}
