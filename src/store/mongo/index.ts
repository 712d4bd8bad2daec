import type { Db, MongoClient } from 'mongodb'
import { withDeadline, withinTime } from '../deadline.js'
import type { Store, StoreObserver } from '../store.js'
import { type Collections, collectionsOf, createIndexes } from './collections.js'
import { type Connection, connectToDatabase, longTimeouts } from './connect.js'
import { assertDesign, keepDesign } from './design.js'
import { createIdentities, createPairs } from './messages/addresses.js'
import { createCommitGroup } from './messages/commitGroup.js'
import { openCursors } from './messages/cursors.js'
import { createDialogs } from './messages/dialogs.js'
import { createFollowUps, createUnversionedChanges } from './messages/followUps.js'
import { createMessages } from './messages/messages.js'
import { createTails } from './messages/numbering.js'
import { createMoveMark } from './messages/readMarks.js'
import { createUpdates } from './messages/updates.js'
import { createWrites } from './messages/writes.js'
import { assertEngine } from './probe.js'
import { alignRestored } from './restored.js'
import { assertFinished, loadSecret } from './settings.js'
import { createImages, createProfilePictures } from './users/images.js'
import { createLastSeen } from './users/lastSeen.js'
import { createSearch } from './users/search.js'
import { createSessions } from './users/sessions.js'
import { createUsers } from './users/users.js'
import { openVersions } from './versions.js'

interface MongoOptions extends StoreObserver {
  /** Maximum duration of a call; then it is refused. */
  timeoutMs: number
  /** Is told what this database cannot promise. */
  onNotice(notice: string): void
}

const unfinished = 'Derived data of stored messages could not be written; readers complete it until writes succeed'

/** The first answers may take this many times `timeoutMs`, because a start asks several questions. */
const openTimeouts = 2

/**
 * Opens the store in a MongoDB database, which other processes may have open as well.
 *
 * @param url `mongodb://…` or `mongodb+srv://…`
 * @throws {Error} when no server answers, the database cannot be used as it is, or its engine lacks what the store needs
 */
export async function openMongoStore(url: string, options: MongoOptions): Promise<Store> {
  const { timeoutMs, onNotice } = options
  await prepareDatabase(url, openTimeouts * timeoutMs)
  const connection = await connectToDatabase(url, onNotice)
  const { client } = connection
  const store = await orClose(client, openStoreIn(connection, options))
  const close = () => store.close().finally(() => client.close())
  return withDeadline({ ...store, close }, timeoutMs)
}

/** Closes a client when the opening fails. */
async function orClose<T>(client: MongoClient, opened: Promise<T>): Promise<T> {
  try {
    return await opened
  } catch (error) {
    await client.close()
    throw error
  }
}

/**
 * Brings a database to what this version reads, on a connection of its own. A large database may need long for that after an
 * upgrade. A database that gives no first answer in time is refused.
 */
async function prepareDatabase(url: string, maxMs: number): Promise<void> {
  const opening = openChecked(url)
  const { client, collections } = await withinTime(opening, maxMs, () => {
    // An answer that comes too late is not used.
    opening.then(({ client }) => client.close()).catch(() => {})
    return new Error(`The database did not answer within ${maxMs / 1000} s.`)
  })
  try {
    await keepDesign(collections)
    await createIndexes(collections)
    await alignRestored(collections)
  } finally {
    await client.close()
  }
}

async function openChecked(url: string) {
  const { client, database } = await connectToDatabase(url, () => {}, longTimeouts)
  const collections = collectionsOf(database)
  await orClose(client, assertUsable(collections, database))
  return { client, collections }
}

async function assertUsable(collections: Collections, database: Db): Promise<void> {
  await assertDesign(collections)
  await assertFinished(collections)
  await assertEngine(database)
}

interface OpenOptions extends MongoOptions {
  /** Waits after an attempt to store messages that made no progress. */
  pause?: (ms: number) => Promise<unknown>
}

/** Opens the store on a connection, which stays open when the store is closed. */
export async function openStoreIn(
  connection: Omit<Connection, 'client'>,
  { timeoutMs, onNotice, pause, ...observer }: OpenOptions
): Promise<Store> {
  const collections = collectionsOf(connection.database)
  const versions = await openVersions(collections, connection.isReplicaSet())
  const cursors = await openCursors(collections)
  const unversioned = createUnversionedChanges(collections, versions)
  const followUps = createFollowUps(unversioned, ({ message }) => onNotice(`${unfinished}: ${message}`))
  const tails = createTails(collections)
  connection.onNewPrimary(tails.forget)

  const identities = createIdentities(collections)
  const pairs = createPairs(collections)
  const { queue, add, markAsRead } = createWrites({
    identities,
    pairs,
    commitGroup: createCommitGroup(collections, { tails, followUps, pause }),
    moveMark: createMoveMark(collections, followUps.mark),
    untilRoom: followUps.untilRoom,
    observer,
    maxWaitMs: timeoutMs
  })
  const { close: closeLastSeen, ...lastSeen } = createLastSeen(collections, timeoutMs)
  const dialogs = createDialogs(collections, unversioned)
  const { list, listContactIds } = dialogs
  const { inSession } = connection

  return {
    users: {
      ...createUsers(collections, { queue, identities, followUps, pictures: createProfilePictures(collections) }),
      ...createSearch(collections, dialogs),
      ...lastSeen
    },
    messages: { add, ...createMessages(collections, pairs) },
    dialogs: { list, listContactIds, markAsRead },
    updates: createUpdates(collections, { versions, cursors, dialogs, unversioned, followUps, inSession }),
    sessions: createSessions(collections),
    images: createImages(collections),
    loadSecret: () => loadSecret(collections),
    async close() {
      await Promise.all([queue.close(), closeLastSeen()])
      await followUps.finish()
    }
  }
}
