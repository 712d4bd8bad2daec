import type { Collection, Document, MongoBulkWriteError, OptionalUnlessRequiredId } from 'mongodb'

const duplicateKey = 11000

export function isDuplicateKey(error: unknown): boolean {
  return (error as { code?: unknown }).code === duplicateKey
}

/**
 * Inserts what is not there yet, in as few round trips as possible.
 *
 * @returns the indexes of the documents that are not inserted, because their key is taken
 */
export async function insertNew<T extends Document>(
  collection: Collection<T>,
  documents: OptionalUnlessRequiredId<T>[]
): Promise<number[]> {
  if (documents.length === 0) return []
  try {
    await collection.insertMany(documents, { ordered: false })
    return []
  } catch (error) {
    if (!isDuplicateKey(error)) throw error
    const { writeErrors, result } = error as MongoBulkWriteError
    const errors = [writeErrors].flat()
    if (result.getWriteConcernError() || !errors.every(isDuplicateKey)) throw error
    return errors.map(({ index }) => index)
  }
}
