import type { Db } from 'mongodb'
import type { Command, Part, Session } from './calls.js'
import { type Document, type Documents, type FindOptions, matches, project, select, updated } from './documents.js'
import { duplicateKey } from './replicaSet.js'

type Submit = (command: Command) => Promise<unknown>

interface ReadOptions extends FindOptions {
  session?: Session
  readConcern?: { level: string }
}

interface WriteOptions {
  ordered: boolean
  /** A majority where it is absent, as the connection says. */
  writeConcern?: { w: number }
}

interface UpdateOne {
  updateOne: { filter: Document; update: Document }
}

/** A database as a process sees it: of the driver's interface what the store uses. */
export function createModelDatabase(submit: Submit): Db {
  return { collection: (name: string) => createModelCollection(name, submit) } as unknown as Db
}

function createModelCollection(collection: string, submit: Submit) {
  function read({ session, readConcern, ...options }: ReadOptions, filter: Document, isOne: boolean) {
    assertKnown(options, ['projection', 'sort', 'limit', 'skip'])
    const found = (documents: Documents) => select(documents, filter, isOne ? { ...options, limit: 1 } : options)
    const name = `${collection}.find${isOne ? 'One' : ''}`
    if (readConcern?.level !== 'linearizable') {
      const isLocal = readConcern?.level === 'local'
      return submit({ kind: 'read', name, collection, read: found, isLocal, session }) as Promise<Document[]>
    }
    // A linearizable read is acknowledged as a write is that changes nothing.
    const part: Part = (documents) => ({ value: found(documents) })
    return write(`${name} ${readConcern.level}`, [part], ([value]) => value) as Promise<Document[]>
  }

  function write(name: string, parts: Part[], answer: (values: unknown[]) => unknown, options?: WriteOptions) {
    const { ordered: isOrdered = true, writeConcern, ...rest } = options ?? {}
    assertKnown(rest, [])
    const isMajority = writeConcern === undefined
    return submit({ kind: 'write', name, collection, parts, isOrdered, isMajority, answer })
  }

  function find(filter: Document, options: ReadOptions = {}, map = (document: Document): unknown => document) {
    const withOption = (more: ReadOptions) => find(filter, { ...options, ...more }, map)
    const toArray = async () => (await read(options, filter, false)).map(map)
    return {
      sort: (sort: Document) => withOption({ sort }),
      limit: (limit: number) => withOption({ limit }),
      skip: (skip: number) => withOption({ skip }),
      map: (mapped: (document: Document) => unknown) => find(filter, options, mapped),
      toArray,
      async *[Symbol.asyncIterator]() {
        yield* await toArray()
      }
    }
  }

  async function insertMany(documents: Document[], options: WriteOptions) {
    return write(`${collection}.insertMany`, documents.map(insertOf), bulkAnswer, options)
  }

  return {
    find,
    findOne: async (filter: Document, options: ReadOptions = {}) => (await read(options, filter, true))[0] ?? null,
    insertMany,
    insertOne: (document: Document) => insertMany([document], { ordered: true }),
    updateOne: (filter: Document, update: Document) =>
      write(`${collection}.updateOne`, [updateOf(filter, update)], bulkAnswer),
    bulkWrite(updates: UpdateOne[], options: WriteOptions) {
      const parts = updates.map(({ updateOne: { filter, update } }) => updateOf(filter, update))
      return write(`${collection}.bulkWrite`, parts, bulkAnswer, options)
    },
    findOneAndUpdate(filter: Document, update: Document, { returnDocument, projection, ...rest }: Document) {
      assertKnown({ ...rest, [String(returnDocument)]: true }, ['after'])
      const answer = ([found]: unknown[]) => found && project(found as Document, projection as Document)
      return write(`${collection}.findOneAndUpdate`, [updateOf(filter, update)], answer)
    }
  }
}

function insertOf(document: Document): Part {
  return (documents) => {
    if (documents.has(String(document._id))) throw Object.assign(new Error('E11000'), { code: duplicateKey })
    return { value: document, document: { ...document } }
  }
}

/** Its value is the document after the update, or null. */
function updateOf(filter: Document, update: Document): Part {
  return (documents) => {
    const found = [...documents.values()].find((document) => matches(document, filter))
    if (!found) return { value: null }
    const document = updated(found, update)
    return JSON.stringify(found) === JSON.stringify(document) ? { value: document } : { value: document, document }
  }
}

/** @throws {Error} as the driver does, where a part was refused */
function bulkAnswer(values: unknown[]) {
  const writeErrors = values.flatMap((value, index) => (value instanceof Error ? [{ index, code: duplicateKey }] : []))
  if (writeErrors.length > 0) {
    const result = { getWriteConcernError: () => undefined }
    throw Object.assign(new Error('E11000'), { code: duplicateKey, writeErrors, result })
  }
  return { matchedCount: values.filter((value) => value !== null).length }
}

function assertKnown(options: object, names: string[]): void {
  const unknown = Object.keys(options).find((name) => !names.includes(name))
  if (unknown) throw new Error(`The model does not know the option ${unknown}.`)
}
