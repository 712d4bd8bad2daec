import type { AnyBulkWriteOperation, Collection, Document, Filter, OptionalUnlessRequiredId, WithId } from 'mongodb'
import { insertNew } from '../../../store/mongo/duplicates.js'
import type { Page } from '../transfer.js'

/** An id before all others. */
export const beforeAll = '0'.repeat(24)

/** Documents of a collection behind an `_id`, in the order of their ids. */
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
 * Returns the version of a change. The source completes all changes when it is opened.
 *
 * @throws {Error} for a change that a server has begun since then
 */
export function complete(version: number | null): number {
  if (version !== null) return version
  throw new Error('A server has changed the first store. Stop the servers that use it, and run the same command again.')
}

/** A page whose documents have been read, of which some may have no record. */
export function pageOf<D, T>(documents: D[], records: T[], limit: number, keyOf: (document: D) => string): Page<T> {
  const last = documents.length === limit ? documents.at(-1) : undefined
  return { records, next: last && keyOf(last) }
}

/** Inserts documents, and replaces those that are there, which are few, as inserting is by far the faster one. */
export async function put<T extends Document>(collection: Collection<T>, documents: T[]): Promise<void> {
  const there = await insertNew(collection, documents as OptionalUnlessRequiredId<T>[])
  if (there.length === 0) return
  const operations = there.map((index) => {
    const { _id, ...replacement } = documents[index] as T
    return { replaceOne: { filter: { _id }, replacement } }
  })
  await collection.bulkWrite(operations as unknown as AnyBulkWriteOperation<T>[], { ordered: false })
}
