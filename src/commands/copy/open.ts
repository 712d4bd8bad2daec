import { fileOf } from '../../store/open.js'
import { nameOfFile, openSqliteSource, openSqliteTarget } from './sqlite/index.js'

const mongoUrl = /^(mongodb(?:\+srv)?:\/\/)(?:[^@/?]*@)?([^@/?]+(?:\/[^@/?]*)?)(?:\?.*)?$/

/**
 * Returns the two ways to open a store, and its name: the URL without its secrets and options.
 *
 * @throws {Error} when it is not the URL of a store
 */
export function placeOf(url: string) {
  const file = fileOf(url)
  if (file !== undefined) {
    return {
      name: nameOfFile(file),
      openSource: async () => openSqliteSource(file),
      openTarget: async (secret: string | undefined) => openSqliteTarget(file, secret)
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
    openTarget: async (secret: string | undefined) => (await load()).openMongoTarget(url, name, secret)
  }
}
