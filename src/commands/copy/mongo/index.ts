import { type Collections, collectionsOf, createIndexes } from '../../../store/mongo/collections.js'
import { connectToDatabase, longTimeouts } from '../../../store/mongo/connect.js'
import { assertDesign, keepDesign } from '../../../store/mongo/design.js'
import { insertNew } from '../../../store/mongo/duplicates.js'
import { toId } from '../../../store/mongo/ids.js'
import { createUnversionedChanges } from '../../../store/mongo/messages/followUps.js'
import {
  assertFinished,
  keepSecret,
  readCheckpoint,
  readSecret,
  removeCheckpoint,
  writeCheckpoint
} from '../../../store/mongo/settings.js'
import { hasVersions, openVersions, setNewestVersion, type Versions } from '../../../store/mongo/versions.js'
import { holdsOtherSecret, holdsSomething, type Source, type State, type Target } from '../transfer.js'
import { beforeAll, readById } from './table.js'
import { createTables } from './tables.js'

const maxPageUsers = 1000

/**
 * Opens the store that is copied.
 *
 * @param name the URL without its secrets
 * @throws {Error} when no server answers, or it is not a finished store
 */
export function openMongoSource(url: string, name: string): Promise<Source> {
  return openSide(url, name, async (collections) => {
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
 * Opens the store that becomes a copy.
 *
 * @param name the URL without its secrets
 * @param secret of the source
 * @throws {Error} before any change, when it holds something that is not an unfinished copy
 */
export function openMongoTarget(url: string, name: string, secret: string | undefined): Promise<Target> {
  return openSide(url, name, async (collections) => {
    await assertFree(collections, secret)
    await assertDesign(collections)
    // Kept before the first checkpoint, because a copy that an older program has begun has a checkpoint and no design.
    await keepDesign(collections)
    await createIndexes(collections)
    return {
      readCheckpoint: () => readCheckpoint(collections),
      writeCheckpoint: (checkpoint) => writeCheckpoint(collections, checkpoint),
      async forgetSessions() {
        await collections.sessions.deleteMany({})
      },
      async finish(state) {
        await writeState(collections, state)
        await removeCheckpoint(collections)
      }
    }
  })
}

/** Opens a database. @throws {Error} that names the store */
async function openSide<T>(url: string, name: string, prepare: (collections: Collections) => Promise<T>) {
  try {
    const { client, database } = await connectToDatabase(url, () => {}, longTimeouts)
    const collections = collectionsOf(database)
    const prepared = await prepare(collections).catch(async (error) => {
      await client.close()
      throw error
    })
    return { ...prepared, name, tables: createTables(collections), close: () => client.close() }
  } catch (error) {
    throw new Error(`${name}: ${(error as Error).message}`, { cause: error })
  }
}

/** Gives a version to each change that a killed server has left without one. */
async function completeAll(collections: Collections, versions: Versions): Promise<void> {
  const { users, conversations } = collections
  const unversioned = createUnversionedChanges(collections, versions)
  for (let page = await readById(users, toId(beforeAll), maxPageUsers); page.length > 0; ) {
    const ids = page.map(({ _id }) => _id)
    await unversioned.complete({ messages: await unversioned.findMessages(ids), marks: [], users: [] })
    page = await readById(users, ids.at(-1), maxPageUsers)
  }
  const marks = await conversations.find({ marked: null }, { projection: { markRevision: 1 } }).toArray()
  const changed = await users.find({ changed: null }, { projection: { revision: 1, changed: 1 } }).toArray()
  await unversioned.complete({ messages: [], marks, users: changed })
}

async function assertFree(collections: Collections, secret: string | undefined): Promise<void> {
  const known = await readSecret(collections)
  if (known !== undefined && secret !== undefined && known !== secret) throw new Error(holdsOtherSecret)
  if (await readCheckpoint(collections)) return
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
