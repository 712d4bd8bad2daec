import type SQLite from 'better-sqlite3'

/**
 * better-sqlite3 12 runs on Node 20, but its statements abort the process when Node 24.19 or later collects them; 13 does
 * not, and needs Node 22. npm installs 13 where it runs.
 */
const drivers = [
  { minNodeMajor: 22, name: 'better-sqlite3-13' },
  { minNodeMajor: 0, name: 'better-sqlite3' }
]

const nodeMajor = Number.parseInt(process.versions.node, 10)
const { name } = drivers.find(({ minNodeMajor }) => nodeMajor >= minNodeMajor) as { name: string }

/** The class `Database` of better-sqlite3. */
export const driver: typeof SQLite = (await import(name)).default
