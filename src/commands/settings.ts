import { loadConfig } from '../config.js'
import type { Config } from '../schemas/config/index.js'
import { fileOf } from '../store/open.js'

/** Returns the configuration of the current folder, and prints keys that have no effect. */
export function readSettings(): Config {
  const { config, unknownKeys, formerSettings } = loadConfig('config.json', process.env)
  for (const key of unknownKeys) console.error(`config.json: nothing reads ${key}`)
  if (formerSettings.length > 0) {
    console.error(`These are no longer settings and have no effect: ${formerSettings.join(', ')}`)
  }
  return config
}

/**
 * Returns the configured SQLite file.
 *
 * @param tool MongoDB's own command for the same task
 * @throws {Error} when everything is stored in MongoDB
 */
export function readDatabase(tool: string): { file: string; busyTimeoutMs: number } {
  const { url, busyTimeoutMs } = readSettings().db
  const file = fileOf(url)
  if (file === undefined) throw new Error(`db.url is a MongoDB database: use \`${tool}\` of MongoDB instead`)
  return { file, busyTimeoutMs }
}
