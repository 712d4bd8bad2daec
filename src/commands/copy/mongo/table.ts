import type { AnyBulkWriteOperation, Collection, Document, Filter, OptionalUnlessRequiredId, WithId } from 'mongodb'
import { insertNew } from '../../../store/mongo/duplicates.js'
import { toId } from '../../../store/mongo/ids.js'
import type { Page, Table } from '../transfer.js'

/** An id before all others. */
export const beforeAll = '0'.repeat(24)

interface Mapping<D, T> {
  toRecord(document: D): T
  toDocument(record: T): D
  /** Turns the text of a key into an `_id`; by default an ObjectId. */
  toKey?(text: string): unknown
}

/** Reads and writes the documents of a collection, in the order of `_id`. */
export function createTable<D extends Document, T>(
  collection: Collection<D>,
  { toRecord, toDocument, toKey = (text) => toId(text || beforeAll) }: Mapping<D, T>
): Table<T> {
  return {
    async read(after, limit) {
      const documents = (await readById(collection, toKey(after), limit)) as D[]
      return pageOf(documents, toRecord, limit, ({ _id }) => String(_id))
    },
    write: (records) => put(collection, records.map(toDocument)),
    count: () => collection.countDocuments()
  }
}

/** Reads the documents of a collection after an `_id`, in the order of `_id`. */
export function readById<T extends Document>(
  collection: Collection<T>,
  after: unknown,
  limit: number
): Promise<WithId<T>[]> {
  return collection
    .find({ _id: { $gt: after } } as Filter<T>)
    .sort({ _id: 1 })
    .limit(limit)
    .toArray()
}

/**
 * Returns the version of a change. Opening the source gives every change a version.
 *
 * @throws {Error} for a change that a server has begun since then
 */
export function complete(version: number | null): number {
  if (version !== null) return version
  throw new Error('A server has changed the first store. Stop the servers that use it, and run the same command again.')
}

export function pageOf<D, T>(
  documents: D[],
  toRecord: (document: D) => T,
  limit: number,
  keyOf: (document: D) => string
): Page<T> {
  const last = documents.length === limit ? documents.at(-1) : undefined
  return { records: documents.map(toRecord), next: last && keyOf(last) }
}

/** Inserts documents and replaces those that exist: few, and replacing is much slower than inserting. */
export async function put<T extends Document>(collection: Collection<T>, documents: T[]): Promise<void> {
  const existing = await insertNew(collection, documents as OptionalUnlessRequiredId<T>[])
  if (existing.length === 0) return
  const operations = existing.map((index) => {
    const { _id, ...replacement } = documents[index] as T
    return { replaceOne: { filter: { _id }, replacement } }
  })
  await collection.bulkWrite(operations as unknown as AnyBulkWriteOperation<T>[], { ordered: false })
}
