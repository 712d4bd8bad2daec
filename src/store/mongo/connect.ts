import type {
  ClientSession,
  Db,
  MongoClient,
  MongoClientOptions,
  ServerDescription,
  TopologyDescription
} from 'mongodb'
import { patchDriver } from './driverPatch.js'

/** Set, never inherited from a URL or a default: what an acknowledged write means must not depend on them. */
const durability: MongoClientOptions = {
  w: 'majority',
  journal: true,
  wtimeoutMS: 5000,
  readConcernLevel: 'majority',
  readPreference: 'primary',
  serverSelectionTimeoutMS: 5000,
  socketTimeoutMS: 10_000,
  waitQueueTimeoutMS: 2000,
  // How soon a server is missed that is silent: with it go the connections that lead nowhere any more.
  connectTimeoutMS: 3000,
  heartbeatFrequencyMS: 3000
}

/** How long the parts of a call may take. */
type Patience = Pick<MongoClientOptions, 'socketTimeoutMS' | 'wtimeoutMS'>

/** For what works through a whole database. */
export const longPatience: Patience = { socketTimeoutMS: 600_000, wtimeoutMS: 600_000 }

const defaultDatabase = 'messenger'

const standalone =
  'MongoDB runs as a standalone server: a message is in its journal when it is acknowledged, but there is no second copy ' +
  'of it, and a write is not tried again by itself when the connection breaks. Use a replica set where that matters.'

/** How a read is done: in a session, where the server knows them. */
export interface ReadOptions {
  session?: ClientSession
}

export type InSession = <T>(read: (options: ReadOptions) => Promise<T>) => Promise<T>

export interface Connection {
  client: MongoClient
  database: Db
  /** Runs reads of which each sees what those before it have seen, where the server knows sessions. */
  inSession: InSession
  isReplicaSet(): boolean
  /** Calls back when another server becomes the primary, when the primary is lost, and when it is found again. */
  onNewPrimary(listener: () => void): void
}

/**
 * Connects to the database that a URL names, `messenger` where it names none.
 *
 * @param onNotice told of what this server cannot promise
 * @param patience for what takes longer than a call of a server may
 * @throws {Error} without the URL's password, when nobody answers
 */
export async function connectToDatabase(
  url: string,
  onNotice: (notice: string) => void,
  patience: Patience = {}
): Promise<Connection> {
  // Here, because where it is bundled nothing else keeps a start that does without it from loading it.
  const { MongoClient } = await import('mongodb')
  patchDriver()
  try {
    const options = { ...durability, ...patience, retryWrites: mayRetry(url), appName: 'messenger-server' }
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

/** A new primary may be behind for a moment: what a session has seen, its later reads see. */
export function sessionsOf(client: Pick<MongoClient, 'withSession'>, hasSessions: () => boolean): InSession {
  return (read) => {
    return hasSessions() ? client.withSession({ causalConsistency: true }, (session) => read({ session })) : read({})
  }
}

/** The part of a `MongoClient` that tells of its servers. */
interface TopologyEvents {
  on(name: 'topologyDescriptionChanged', listener: (event: { newDescription: TopologyDescription }) => void): unknown
}

/** Follows the server that takes writes. While it is away, the answers are those of the last one. */
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

/** The same server may be elected again after another one was, unnoticed: the id of the election tells. */
function termOf(primary: ServerDescription | undefined): string {
  return primary ? `${primary.address} ${primary.electionId}` : ''
}

/** It tries again unless the URL says that the server does not know how to, as that of Amazon DocumentDB does. */
function mayRetry(url: string): boolean {
  return !/[?&]retryWrites=false\b/i.test(url)
}

function databaseNameOf(url: string): string {
  const [, name = ''] = /^mongodb(?:\+srv)?:\/\/[^/]*\/([^?]*)/.exec(url) ?? []
  return decodeURIComponent(name) || defaultDatabase
}
