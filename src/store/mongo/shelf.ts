import type { AnyBulkWriteOperation, Collection, Document, Filter, WithId } from 'mongodb'
import type { Page } from '../archive.js'

/** An id before all others. */
export const beforeAll = '0'.repeat(24)

/** Documents of a collection behind an `_id`, in the order of their ids. */
export function readById<T extends Document>(
  collection: Collection<T>,
  after: unknown,
  limit: number,
  filter: Filter<T> = {}
): Promise<WithId<T>[]> {
  return collection
    .find({ ...filter, _id: { $gt: after } } as Filter<T>)
    .sort({ _id: 1 })
    .limit(limit)
    .toArray()
}

/** A page whose documents have been read, of which some may have no record. */
export function pageOf<D, T>(documents: D[], records: T[], limit: number, keyOf: (document: D) => string): Page<T> {
  const last = documents.length === limit ? documents.at(-1) : undefined
  return { records, next: last && keyOf(last) }
}

/** Inserts documents, or replaces those that are there. */
export async function put<T extends Document>(collection: Collection<T>, documents: T[]): Promise<void> {
  const operations = documents.map(({ _id, ...replacement }) => {
    return { replaceOne: { filter: { _id }, replacement, upsert: true } }
  })
  await collection.bulkWrite(operations as unknown as AnyBulkWriteOperation<T>[], { ordered: false })
}
