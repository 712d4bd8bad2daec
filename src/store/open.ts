import { openSqliteStore, type SqliteOptions } from './sqlite/index.js'
import type { Store } from './store.js'

export interface StoreOptions extends SqliteOptions {
  /** Maximum duration of a call over the network; then it is refused. */
  timeoutMs: number
  /** Is told what the database cannot promise. */
  onNotice(notice: string): void
}

/** Returns the SQLite file that a URL names, if it names one. */
export function fileOf(url: string): string | undefined {
  return /^file:(.+)$/s.exec(url)?.[1]
}

/**
 * Opens the store that a URL names: `file:PATH`, `mongodb://…` or `mongodb+srv://…`.
 *
 * @throws {Error} that names the store and the fault
 */
export async function openStore(url: string, options: StoreOptions): Promise<Store> {
  const file = fileOf(url)
  if (file !== undefined) return openSqliteStore(file, options)
  try {
    // Loaded only when used: it takes longer than the rest of a start.
    const { openMongoStore } = await import('./mongo/index.js')
    return await openMongoStore(url, options)
  } catch (error) {
    throw new Error(`db.url: ${withoutSecrets(url)}: ${(error as Error).message}`, { cause: error })
  }
}

/** Removes the password and the options of a URL, also of a malformed one. */
function withoutSecrets(url: string): string {
  return url.replace(/\/\/.*@/s, '//').replace(/\?.*/s, '')
}
