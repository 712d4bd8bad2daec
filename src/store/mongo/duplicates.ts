import type { Collection, Document, MongoBulkWriteError, OptionalUnlessRequiredId, WriteError } from 'mongodb'

const duplicateKey = 11000
/** The answer of some engines to the second of two simultaneous writes of one key. */
const writeConflict = 112
const maxAttempts = 10

export function isDuplicateKey(error: unknown): boolean {
  return (error as { code?: unknown }).code === duplicateKey
}

function isConflict(error: unknown): boolean {
  return (error as { code?: unknown }).code === writeConflict
}

function isTaken(error: unknown): boolean {
  return isDuplicateKey(error) || isConflict(error)
}

/** Repeats a write that has changed nothing because of another write of the same document. */
export async function repeatAtConflict<T>(write: () => Promise<T>): Promise<T> {
  for (let attempt = 1; attempt < maxAttempts; attempt++) {
    try {
      return await write()
    } catch (error) {
      if (!isConflict(error)) throw error
    }
  }
  return write()
}

/** The end of an ordered insert. */
interface Inserted {
  /** Number of documents that are stored: the first ones. */
  stored: number
  /** Whether the key of the next one is taken. */
  isTaken: boolean
  /** Another reason for the refusal of the next one. */
  refusal?: Error
}

/**
 * Inserts documents in order, up to the first one that is not accepted.
 *
 * @throws {Error} when it is unknown which documents are stored
 */
export async function insertInOrder<T extends Document>(
  collection: Collection<T>,
  documents: OptionalUnlessRequiredId<T>[]
): Promise<Inserted> {
  try {
    await collection.insertMany(documents, { ordered: true })
    return { stored: documents.length, isTaken: false }
  } catch (error) {
    const [first] = writeErrorsOf(error)
    if (first)
      return { stored: first.index, isTaken: isTaken(first), ...(!isTaken(first) && { refusal: error as Error }) }
    if (isTaken(error)) return { stored: 0, isTaken: true }
    throw error
  }
}

/** Returns the errors of single documents; none for an error of the whole command. */
function writeErrorsOf(error: unknown): WriteError[] {
  const { writeErrors, result } = error as Partial<MongoBulkWriteError>
  return result?.getWriteConcernError() ? [] : [writeErrors ?? []].flat()
}

/**
 * Inserts the documents whose keys are free, in as few round trips as possible.
 *
 * @returns the indexes of the documents that are not inserted, because their key is taken
 */
export async function insertNew<T extends Document>(
  collection: Collection<T>,
  documents: OptionalUnlessRequiredId<T>[]
): Promise<number[]> {
  if (documents.length === 0) return []
  return repeatAtConflict(async () => {
    try {
      await collection.insertMany(documents, { ordered: false })
      return []
    } catch (error) {
      const errors = writeErrorsOf(error)
      if (errors.length === 0 || !errors.every(isTaken)) throw error
      return errors.map(({ index }) => index)
    }
  })
}
