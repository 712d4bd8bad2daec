import type { Collection, Db, Document } from 'mongodb'
import { insertNew } from '../../store/mongo/duplicates.js'

/** Reasons to leave a document out, with the words of the report. */
export const reasons = {
  id: 'whose _id is not an ObjectId',
  field: 'that lack a tag, a name, an e-mail or an argon2 hash',
  double: 'that were double, since all messages of the two are in the other one now',
  text: 'without a text',
  nobody: 'of users who are not there or left out, or whom only the exact spelling would tell apart',
  oneself: 'of users with themselves'
}

export type Reason = keyof typeof reasons

/** A document of the legacy server that has no place here, unchanged. */
export interface LeftOut {
  _id: { from: string; _id: unknown }
  why: Reason
  document: Document
}

export type OldCollections = ReturnType<typeof oldCollectionsOf>

/** Returns the collections of the legacy server, where any field may be missing, and the documents that are left out. */
export function oldCollectionsOf(database: Db) {
  return {
    users: database.collection('users'),
    conversations: database.collection('conversations'),
    messages: database.collection('messages'),
    leftOut: database.collection<LeftOut>('leftOut')
  }
}

/** Moves documents to `leftOut`. */
export async function leaveOut(
  { leftOut }: Pick<OldCollections, 'leftOut'>,
  source: Collection<Document>,
  leaving: Pick<LeftOut, 'document' | 'why'>[]
): Promise<void> {
  if (leaving.length === 0) return
  const from = source.collectionName
  await insertNew(
    leftOut,
    leaving.map(({ document, why }) => ({ _id: { from, _id: document._id }, why, document }))
  )
  await source.deleteMany({ _id: { $in: leaving.map(({ document }) => document._id) } })
}

/** Tells whether an id is an ObjectId, by its type tag: the bundled driver has a class of its own. */
export function isObjectId(_id: unknown): boolean {
  return (_id as { _bsontype?: unknown })._bsontype === 'ObjectId'
}

const batchSize = 200

export async function* batchesOf<T>(documents: AsyncIterable<T>): AsyncGenerator<T[]> {
  let batch: T[] = []
  for await (const document of documents) {
    batch.push(document)
    if (batch.length < batchSize) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
