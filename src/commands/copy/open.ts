import { fileOf } from '../../store/open.js'
import { nameOfFile, openSqliteSource, openSqliteTarget } from './sqlite/index.js'
import type { Source, Target } from './transfer.js'

/** A store that is not opened yet. */
interface Place {
  /** The URL without its secrets and options, to recognize the same store. */
  name: string
  /** @throws {Error} when it is not a finished store */
  openSource(): Promise<Source>
  /**
   * @param secret of the source
   * @throws {Error} before any change, when it holds something that is not an unfinished copy
   */
  openTarget(secret: string | undefined): Promise<Target>
}

const mongoUrl = /^(mongodb(?:\+srv)?:\/\/)(?:[^@/?]*@)?([^@/?]+(?:\/[^@/?]*)?)(?:\?.*)?$/

/** @throws {Error} when it is not the URL of a store */
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
  // The driver is loaded only where it is used.
  const load = () => import('./mongo/index.js')
  return {
    name,
    openSource: async () => (await load()).openMongoSource(url, name),
    openTarget: async (secret) => (await load()).openMongoTarget(url, name, secret)
  }
}
