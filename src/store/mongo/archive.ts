import { holdsOtherSecret, holdsSomething, type Source, type State, type Target } from '../archive.js'
import { type Collections, collectionsOf, createIndexes } from './collections.js'
import { connectToDatabase, longPatience } from './connect.js'
import { assertDesign, keepDesign } from './design.js'
import { insertNew } from './duplicates.js'
import { keepSecret, readSecret } from './secret.js'
import { createShelves } from './shelves.js'
import { assertFinished, readMark, removeMark, writeMark } from './unfinishedCopy.js'
import { hasVersions, openVersions, setNewestVersion, type Versions } from './versions.js'

/**
 * @param name the URL without what is secret in it
 * @throws {Error} when nobody answers, or there is no finished store
 */
export function openMongoSource(url: string, name: string): Promise<Source> {
  return openArchive(url, name, async (collections) => {
    await assertDesign(collections)
    await assertFinished(collections)
    if (!(await hasVersions(collections))) throw new Error('it is not a store of this program')
    const versions = await openVersions(collections)
    await completeAll(collections, versions)
    return {
      async state() {
        const version = await versions.newest()
        return { version, epochs: await readEpochs(collections, version), secret: await readSecret(collections) }
      }
    }
  })
}

/**
 * @param name the URL without what is secret in it
 * @param secret of the source
 * @throws {Error} when something is stored there that is no unfinished copy; nothing has changed then
 */
export function openMongoTarget(url: string, name: string, secret: string | undefined): Promise<Target> {
  return openArchive(url, name, async (collections) => {
    await assertFree(collections, secret)
    await assertDesign(collections)
    // Before the mark, since a copy that the former program has begun has a mark alone.
    await keepDesign(collections)
    await createIndexes(collections)
    return {
      mark: () => readMark(collections),
      setMark: (mark) => writeMark(collections, mark),
      async forgetSessions() {
        await collections.sessions.deleteMany({})
      },
      async finish(state) {
        // Begun, or restored from a dump that is not of one instant.
        await collections.conversations.deleteMany({ lastSeq: 0 })
        await writeState(collections, state)
        await removeMark(collections)
      }
    }
  })
}

/** @throws {Error} that has the name */
async function openArchive<T>(url: string, name: string, prepare: (collections: Collections) => Promise<T>) {
  try {
    const { client, database } = await connectToDatabase(url, () => {}, longPatience)
    const collections = collectionsOf(database)
    const prepared = await prepare(collections).catch(async (error) => {
      await client.close()
      throw error
    })
    return { ...prepared, name, shelves: createShelves(collections), close: () => client.close() }
  } catch (error) {
    throw new Error(`${name}: ${(error as Error).message}`, { cause: error })
  }
}

// TODO: the mechanism of the core.
async function completeAll(_collections: Collections, _versions: Versions): Promise<void> {}

async function assertFree(collections: Collections, secret: string | undefined): Promise<void> {
  const known = await readSecret(collections)
  if (known !== undefined && secret !== undefined && known !== secret) throw new Error(holdsOtherSecret)
  if (await readMark(collections)) return
  const { users, sessions, images, conversations, messages } = collections
  for (const collection of [users, sessions, images, conversations, messages]) {
    if ((await collection.countDocuments({}, { limit: 1 })) > 0) throw new Error(holdsSomething)
  }
}

async function readEpochs({ epochs }: Collections, newest: number) {
  const found = await epochs.find().toArray()
  return found
    .map(({ _id, lastVersion = newest }) => ({ name: _id, lastVersion }))
    .sort((one, other) => one.lastVersion - other.lastVersion)
}

async function writeState(collections: Collections, { version, epochs, secret }: State): Promise<void> {
  await collections.epochs.deleteMany({})
  await insertNew(
    collections.epochs,
    epochs.map(({ name, lastVersion }) => ({ _id: name, lastVersion }))
  )
  await setNewestVersion(collections, version)
  if (secret !== undefined) await keepSecret(collections, secret)
}
