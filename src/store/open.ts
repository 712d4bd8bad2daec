import { openSqliteStore, type SqliteOptions } from './sqlite/index.js'
import type { Store } from './store.js'

export interface StoreOptions extends SqliteOptions {
  /** How long a call over the network may take before it is refused. */
  timeoutMs: number
  /** Told of what the database cannot promise. */
  onNotice(notice: string): void
}

/**
 * Opens the store that a URL names: `file:PATH`, `mongodb://…` or `mongodb+srv://…`.
 *
 * @throws {Error} that says what is wrong with it
 */
export async function openStore(url: string, options: StoreOptions): Promise<Store> {
  const [, file] = /^file:(.*)$/s.exec(url) ?? []
  if (file !== undefined) return openSqliteStore(file, options)
  // Loaded only where it is used: it takes longer than the rest of a start.
  const { openMongoStore } = await import('./mongo/index.js')
  return openMongoStore(url, options).catch((error: Error) => {
    throw new Error(`db.url: ${error.message}`, { cause: error })
  })
}
