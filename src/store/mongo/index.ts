import type { Db, MongoClient } from 'mongodb'
import { withDeadline, withinTime } from '../deadline.js'
import type { Store, StoreObserver } from '../store.js'
import { type Collections, collectionsOf, createIndexes } from './collections.js'
import { type Connection, connectToDatabase, longPatience } from './connect.js'
import { assertDesign, keepDesign } from './design.js'
import { createCommitGroup, type Pause } from './messages/commitGroup.js'
import { createDialogs } from './messages/dialogs.js'
import { createTails } from './messages/dialogTails.js'
import { createFollowUps } from './messages/followUps.js'
import { createMessages } from './messages/messages.js'
import { createMessageVersions } from './messages/messageVersions.js'
import { createPairs } from './messages/pairs.js'
import { createMoveMark } from './messages/readMarks.js'
import { createUnversionedChanges } from './messages/unversionedChanges.js'
import { createWrites } from './messages/writes.js'
import { assertEngine } from './probe.js'
import { alignRestored } from './restored.js'
import { loadSecret } from './secret.js'
import { assertFinished } from './unfinishedCopy.js'
import { openCursors } from './updates/cursors.js'
import { createUpdates } from './updates/updates.js'
import { createIdentities } from './users/identities.js'
import { createImages } from './users/images.js'
import { createLastSeen } from './users/lastSeen.js'
import { createProfilePictures } from './users/profilePictures.js'
import { createSessions } from './users/sessions.js'
import { createUserSearch } from './users/userSearch.js'
import { createUsers } from './users/users.js'
import { openVersions } from './versions.js'

interface MongoOptions extends StoreObserver {
  /** How long a call may take before it is refused. */
  timeoutMs: number
  /** Told of what this database cannot promise. */
  onNotice(notice: string): void
}

const unfinished = 'The store could not write what follows from stored messages; reads do it until it can'

/** A database has this many times `timeoutMs` for the first answers, because it is asked for several things then. */
const openTimeouts = 2

/**
 * Opens the store in a MongoDB database, which other processes may have open as well.
 *
 * @param url `mongodb://…` or `mongodb+srv://…`
 * @throws {Error} when nobody answers, the database cannot be used as it is, or its engine gets wrong what is needed
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

/** Closes a client where what it is opened for fails. */
async function orClose<T>(client: MongoClient, opened: Promise<T>): Promise<T> {
  try {
    return await opened
  } catch (error) {
    await client.close()
    throw error
  }
}

/**
 * Brings a database to what this version reads, on a connection of its own: a large database may need long for that after an
 * upgrade, while one that gives no first answer in time is given up.
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
  const { client, database } = await connectToDatabase(url, () => {}, longPatience)
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
  /** How to wait after a vain attempt to store messages. */
  pause?: Pause
}

/** Opens the store on a connection, which stays open when the store is closed. */
export async function openStoreIn(
  connection: Omit<Connection, 'client'>,
  { timeoutMs, onNotice, pause, ...observer }: OpenOptions
): Promise<Store> {
  const collections = collectionsOf(connection.database)
  const versions = await openVersions(collections, connection.isReplicaSet())
  const cursors = await openCursors(collections)
  const messageVersions = createMessageVersions(collections, versions)
  const unversioned = createUnversionedChanges(collections, versions, messageVersions)
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
      ...createUserSearch(collections, dialogs),
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
