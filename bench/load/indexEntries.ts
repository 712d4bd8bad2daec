import type { Document } from 'bson'
import type { MongoClient } from 'mongodb'

/** A write that a server has answered. */
export interface Write {
  command: Document
  reply: Document
}

/** The fields of each index of a collection. */
type Indexes = string[][]

/** Counts the entries that writes add to indexes: one for each index with a changed field, or for each item of its array. */
export async function indexEntriesOf(client: MongoClient, writes: Write[]): Promise<number> {
  const names = new Set(writes.map(({ command }) => collectionOf(command)))
  const byName = new Map(
    await Promise.all([...names].map(async (name) => [name, await describe(client, name)] as const))
  )
  return sum(
    writes.map((write) => {
      const { indexes, sample } = byName.get(collectionOf(write.command)) as Described
      const entries = documentsOf(write.command).map((document) => countEntries(indexes, document, sample))
      // A refused write adds nothing; the counts do not depend on which one it was.
      return entries.length > 0 ? (sum(entries) / entries.length) * changedBy(write) : 0
    })
  )
}

interface Described {
  indexes: Indexes
  /** Any document of the collection: an update does not tell the lengths of arrays that it does not change. */
  sample: Document
}

async function describe(client: MongoClient, name: string): Promise<Described> {
  const collection = client.db().collection(name)
  const [indexes, sample] = await Promise.all([collection.indexes(), collection.findOne()])
  return { indexes: indexes.map(({ key }) => Object.keys(key)), sample: sample ?? {} }
}

/** Returns the collection of a write. A `findAndModify` also has a field `update`. */
function collectionOf({ findAndModify, insert, update, delete: from }: Document): string {
  return findAndModify ?? insert ?? update ?? from
}

/** Returns the fields that each operation of a write sets, with their values if known. */
function documentsOf({ documents, updates, update }: Document): Document[] {
  if (documents) return documents
  const changes: Document[] = Array.isArray(updates) ? updates.map(({ u }) => u) : [update ?? {}]
  return changes.map((change) =>
    Object.assign({}, ...Object.values(change).filter((fields) => typeof fields === 'object'))
  )
}

function countEntries(indexes: Indexes, document: Document, sample: Document): number {
  const changed = new Set(Object.keys(document).map((path) => path.split('.')[0]))
  const touched = indexes.filter((fields) => fields.some((field) => changed.has(field)))
  return sum(touched.map((fields) => Math.max(...fields.map((field) => lengthOf(document[field] ?? sample[field])))))
}

const lengthOf = (value: unknown) => (Array.isArray(value) ? value.length : 1)

/** Returns the number of documents that a write has inserted or changed. */
export function changedBy({ command, reply }: Write): number {
  if (command.findAndModify) return reply.lastErrorObject?.n ?? 0
  if (command.update) return (reply.nModified ?? 0) + (reply.upserted?.length ?? 0)
  return reply.n ?? 0
}

export const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0)
