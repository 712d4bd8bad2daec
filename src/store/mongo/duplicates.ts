import {
  type Collection,
  type Document,
  MongoBulkWriteError,
  MongoServerError,
  type OptionalUnlessRequiredId
} from 'mongodb'

const duplicateKey = 11000

export function isDuplicateKey(error: unknown): error is MongoServerError {
  return error instanceof MongoServerError && error.code === duplicateKey
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
    if (!(error instanceof MongoBulkWriteError)) throw error
    const errors = [error.writeErrors].flat()
    if (error.result.getWriteConcernError() || errors.some(({ code }) => code !== duplicateKey)) throw error
    return errors.map(({ index }) => index)
  }
}
