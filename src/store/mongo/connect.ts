import type {
  ClientSession,
  Db,
  MongoClient,
  MongoClientOptions,
  ServerDescription,
  TopologyDescription
} from 'mongodb'
import { patchDriver } from './driverPatch.js'

/** The meaning of an acknowledged write must not depend on a URL or a default. */
const durability: MongoClientOptions = {
  w: 'majority',
  journal: true,
  wtimeoutMS: 5000,
  readConcernLevel: 'majority',
  readPreference: 'primary',
  serverSelectionTimeoutMS: 5000,
  socketTimeoutMS: 10_000,
  waitQueueTimeoutMS: 2000,
  // After these times the driver gives up a silent server, and closes the connections to it.
  connectTimeoutMS: 3000,
  heartbeatFrequencyMS: 3000
}

/** Time limits for work on a whole database. */
export const longTimeouts = { socketTimeoutMS: 600_000, wtimeoutMS: 600_000, waitQueueTimeoutMS: 600_000 }

const defaultDatabase = 'messenger'

const standalone =
  'MongoDB runs as a standalone server: a message is in its journal when it is acknowledged, but there is no second copy ' +
  'of it, and writes are not retried automatically when the connection breaks. Use a replica set where that matters.'

/** The session of a read, where the server has sessions. */
export interface ReadOptions {
  session?: ClientSession
}

export type InSession = <T>(read: (options: ReadOptions) => Promise<T>) => Promise<T>

export interface Connection {
  client: MongoClient
  database: Db
  /** Runs reads in one causally consistent session, where the server has sessions. */
  inSession: InSession
  isReplicaSet(): boolean
  /** Calls a listener when another server becomes the primary, when the primary is lost, and when it is found again. */
  onNewPrimary(listener: () => void): void
}

/**
 * Connects to the database that a URL names, `messenger` where it names none.
 *
 * @param onNotice is told what this server cannot promise
 * @param timeouts time limits that replace the usual ones
 * @throws {Error} without the URL's password, when no server answers
 */
export async function connectToDatabase(
  url: string,
  onNotice: (notice: string) => void,
  timeouts: Partial<typeof longTimeouts> = {}
): Promise<Connection> {
  // A late import keeps the bundle from loading the driver at other starts.
  const { MongoClient } = await import('mongodb')
  patchDriver()
  try {
    const options = { ...durability, ...timeouts, retryWrites: mayRetry(url), appName: 'messenger-server' }
    const client = new MongoClient(url, options)
    const database = client.db(databaseNameOf(url))
    const { isStandalone, hasSessions, ...primary } = watchPrimary(client)
    await client.connect()
    if (isStandalone()) onNotice(standalone)
    return { client, database, inSession: sessionsOf(client, hasSessions), ...primary }
  } catch (error) {
    throw new Error(`The MongoDB database cannot be opened: ${(error as Error).message}`, { cause: error })
  }
}

/** Returns a runner of reads. A new primary may be behind for a moment; later reads of a session see what earlier ones saw. */
export function sessionsOf(client: Pick<MongoClient, 'withSession'>, hasSessions: () => boolean): InSession {
  return (read) => {
    return hasSessions() ? client.withSession({ causalConsistency: true }, (session) => read({ session })) : read({})
  }
}

/** The part of a `MongoClient` that reports its servers. */
interface TopologyEvents {
  on(name: 'topologyDescriptionChanged', listener: (event: { newDescription: TopologyDescription }) => void): unknown
}

/** Watches the primary. While there is none, the answers are those of the last one. */
export function watchPrimary(client: TopologyEvents) {
  const listeners: (() => void)[] = []
  let last: ServerDescription | undefined
  let term = ''
  client.on('topologyDescriptionChanged', ({ newDescription }) => {
    const primary = [...newDescription.servers.values()].find(({ isWritable }) => isWritable)
    last = primary ?? last
    const newTerm = termOf(primary)
    if (newTerm === term) return
    term = newTerm
    for (const listener of listeners) listener()
  })
  return {
    isStandalone: () => last?.type === 'Standalone',
    isReplicaSet: () => Boolean(last?.setName),
    hasSessions: () => typeof last?.logicalSessionTimeoutMinutes === 'number',
    onNewPrimary: (listener: () => void) => void listeners.push(listener)
  }
}

/** Tells terms of one server apart by the election: another server may have been the primary in between, unnoticed. */
function termOf(primary: ServerDescription | undefined): string {
  return primary ? `${primary.address} ${primary.electionId}` : ''
}

/** Allows repeated writes unless the URL forbids them, as that of Amazon DocumentDB does. */
function mayRetry(url: string): boolean {
  return !/[?&]retryWrites=false\b/i.test(url)
}

function databaseNameOf(url: string): string {
  const [, name = ''] = /^mongodb(?:\+srv)?:\/\/[^/]*\/([^?]*)/.exec(url) ?? []
  return decodeURIComponent(name) || defaultDatabase
}
