import { fileOf } from '../../store/open.js'
import { nameOfFile, openSqliteSource, openSqliteTarget } from './sqlite/index.js'
import type { Source, Target } from './transfer.js'

/** The way to a store, by its URL. */
export interface Place {
  /** The URL without what is secret in it, the same for all URLs of a store that differ in nothing else. */
  name: string
  /** @throws {Error} when there is no finished store */
  openSource(): Promise<Source>
  /**
   * @param secret of the source
   * @throws {Error} when something is stored there that is no unfinished copy; nothing has changed then
   */
  openTarget(secret: string | undefined): Promise<Target>
}

const mongoUrl = /^(mongodb(?:\+srv)?:\/\/)(?:[^@/?]*@)?([^@/?]+(?:\/[^@/?]*)?)(?:\?.*)?$/

/** @throws {Error} for what is no URL of a store */
export function placeOf(url: string): Place {
  const file = fileOf(url)
  if (file !== undefined) {
    return {
      name: nameOfFile(file),
      openSource: async () => openSqliteSource(file),
      openTarget: async (secret) => openSqliteTarget(file, secret)
    }
  }
  const [, scheme, place] = mongoUrl.exec(url) ?? []
  if (scheme === undefined) throw new Error('A store is file:PATH or mongodb://HOST/DATABASE.')
  const name = `${scheme}${place}`
  // Loaded only where it is used, as it is by the server.
  const archive = () => import('./mongo/index.js')
  return {
    name,
    openSource: async () => (await archive()).openMongoSource(url, name),
    openTarget: async (secret) => (await archive()).openMongoTarget(url, name, secret)
  }
}
