import { openSqliteStore, type SqliteOptions } from './sqlite/index.js'
import type { Store } from './store.js'

export interface StoreOptions extends SqliteOptions {
  /** How long a call over the network may take before it is refused. */
  timeoutMs: number
  /** Told of what the database cannot promise. */
  onNotice(notice: string): void
}

/** The SQLite file that a URL names, if it names one. */
export function fileOf(url: string): string | undefined {
  return /^file:(.+)$/s.exec(url)?.[1]
}

/**
 * Opens the store that a URL names: `file:PATH`, `mongodb://…` or `mongodb+srv://…`.
 *
 * @throws {Error} that names the store and says what is wrong with it
 */
export async function openStore(url: string, options: StoreOptions): Promise<Store> {
  const file = fileOf(url)
  if (file !== undefined) return openSqliteStore(file, options)
  try {
    // Loaded only where it is used: it takes longer than the rest of a start.
    const { openMongoStore } = await import('./mongo/index.js')
    return await openMongoStore(url, options)
  } catch (error) {
    throw new Error(`db.url: ${withoutSecrets(url)}: ${(error as Error).message}`, { cause: error })
  }
}

/** A URL without its password and its options, also where the password is written in a wrong way. */
function withoutSecrets(url: string): string {
  return url.replace(/\/\/.*@/s, '//').replace(/\?.*/s, '')
}
