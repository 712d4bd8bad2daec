import { Binary, ObjectId, serialize } from 'bson'
import type { Collection, Db, Document, FindOptions } from 'mongodb'
import { insertInOrder, insertNew } from './duplicates.js'

const prefix = 'probe_'
// A killed start leaves its collection behind. Clocks may differ.
const maxAgeSeconds = 86_400
const nameOfScratch = /^probe_[0-9a-f]{24}$/
const large = 2 ** 52 + 1

const id = () => new ObjectId()
const [a, b, c, key, dialog, others] = [id(), id(), id(), id(), id(), id()]

/** Documents with the fields of messages, dialogs, users and pictures. */
const samples: Document[] = [
  { key: 'k', users: [a, b], a, b, version: 5, tag: 'ann', names: ['ann', 'zoe'], shown: key, date: new Date(1000) },
  { key, users: [b, c], a: b, b: c, version: 7, tag: 'joann', names: ['mia'], date: new Date(2000) },
  { key: `${key}`, users: [a, c], a, b: c, version: null, tag: 'susan', bytes: new Binary(new Uint8Array(3)) },
  { key: 'K', users: [a, b], a, b, version: 9, tag: 'bob' },
  { key: 'l', users: [c, c], a: c, b: c, version: large, tag: 'hans' }
].map((fields, index) => ({ _id: id(), dialog, seq: index + 1, ...fields }))

/** A filter, and the `seq` of each document that it must find. */
type Read = [name: string, filter: Document, finds: number[], options?: FindOptions]

const pairs = [
  { a, b: { $in: [b, key] } },
  { b: c, a: { $in: [b, key] } }
]
const newOrNone = { $or: [{ version: null }, { version: { $gt: 5 } }] }
const notBefore = { tag: { $regex: 'an' }, $or: [{ tag: { $lt: 'an' } }, { tag: { $gte: 'ao' } }], seq: { $ne: 5 } }

const reads: Read[] = [
  ['equality with null', { version: null }, [3]],
  ['equality of a missing field with null', { shown: null }, [2, 3, 4, 5]],
  ['$gt and $lte, which never find null', { version: { $gt: 5, $lte: large } }, [2, 4, 5]],
  ['a range of dates', { date: { $gt: new Date(1000) } }, [2]],
  ['$or of null and a range, sorted with null first', newOrNone, [3, 2], { sort: { version: 1 }, limit: 2 }],
  ['a descending sort with skip and limit', {}, [4, 3], { sort: { seq: -1 }, skip: 1, limit: 2 }],
  ['an element of a list, with a range', { users: b, version: { $gt: 5 } }, [2, 4]],
  ['$in with elements of a list', { users: { $in: [a, key] }, version: null }, [3]],
  ['$in with strings and ids', { key: { $in: ['k', key, 'm'] } }, [1, 2]],
  ['$or of pairs', { $or: pairs }, [1, 2, 4]],
  ['$elemMatch with a range', { names: { $elemMatch: { $gte: 'm', $lt: 'n' } } }, [2]],
  ['$regex with $ne and ranges of strings', notBefore, [2, 3], { sort: { tag: 1 } }]
]

/** A document, an update with some filters, the number of filters that must match, and the document after that. */
type Write = [name: string, before: Document, filters: Document[], update: Document, matches: number, after: Document]

const n = 2 ** 31 - 1
const writes: Write[] = [
  ['a guard', { n: 5 }, [{ n: { $lt: 5 } }], { $set: { n: 6 } }, 0, { n: 5 }],
  ['two guards in one bulkWrite', { n: null }, [{ n: 5 }, { n: null }], { $set: { n: 7 } }, 1, { n: 7 }],
  ['$set of null, with $inc', { n: 5, m: 1 }, [{ n: 5 }], { $set: { n: null }, $inc: { m: 2 } }, 1, { n: null, m: 3 }],
  ['$max', { n: 5 }, [{}], { $max: { n: 4 } }, 1, { n: 5 }],
  ['$inc to more than 32 bits', { n }, [{}], { $inc: { n: 1 } }, 1, { n: n + 1 }]
]

const targets: Document[] = [...writes.map(([, before]) => before), { n: 5 }, { n: 5 }].map((fields, seq) => {
  const _id = id()
  return { _id, dialog: others, seq, key: _id, ...fields }
})

type Scratch = Collection<Document>

const isSame = (one: unknown, other: unknown) => Buffer.compare(serialize({ one }), serialize({ one: other })) === 0

async function find(scratch: Scratch, [, filter, finds, options]: Read) {
  const found = await scratch.find({ dialog, ...filter }, { projection: { seq: 1 }, ...options }).toArray()
  const numbers = found.map(({ seq }) => seq)
  return isSame(options?.sort ? numbers : numbers.sort(), finds)
}

async function update(scratch: Scratch, [, , filters, change, matches, after]: Write, { _id, ...before }: Document) {
  const updates = filters.map((filter) => ({ updateOne: { filter: { _id, ...filter }, update: change } }))
  const { matchedCount } = await scratch.bulkWrite(updates, { ordered: false })
  return matchedCount === matches && isSame(await scratch.findOne({ _id }), { _id, ...before, ...after })
}

async function insertSamples(scratch: Scratch) {
  const unique = { unique: true }
  await scratch.createIndexes([
    { key: { dialog: 1, seq: 1 }, ...unique },
    { key: { key: 1 }, ...unique }
  ])
  const behind = [1, 6].map((seq) => ({ _id: id(), dialog, seq, key: id() }))
  const { stored, isTaken } = await insertInOrder(scratch, [...samples, ...behind])
  const found = await scratch.find({ dialog }).sort({ seq: 1 }).toArray()
  return stored === samples.length && isTaken && isSame(found, samples)
}

async function insertTargets(scratch: Scratch) {
  const taken = ['k', key].map((key, index) => ({ _id: id(), dialog: others, seq: -1 - index, key }))
  return isSame(await insertNew(scratch, [...taken, ...targets]), [0, 1])
}

async function move(scratch: Scratch, _id: ObjectId) {
  const increase = (n: number) => scratch.findOneAndUpdate({ _id, n }, { $inc: { n: 1 } }, { returnDocument: 'after' })
  return (await increase(4)) === null && (await increase(5))?.n === 6
}

async function remove(scratch: Scratch, _id: ObjectId) {
  const { deletedCount } = await scratch.deleteOne({ _id, n: { $exists: false } })
  return deletedCount === 0 && (await scratch.deleteMany({ _id: { $in: [key, _id] } })).deletedCount === 1
}

async function project(scratch: Scratch) {
  const found = await scratch.find({ key }, { projection: { tag: 1 } }).toArray()
  return isSame(found.map(Object.keys), [['_id', 'tag']])
}

/** Tries each operation of the store in a temporary collection. @throws {Error} that names a wrong one */
export async function assertEngine(database: Db): Promise<void> {
  const scratch = database.collection(`${prefix}${id()}`)
  try {
    await assertRight('an ordered insert that stops at a duplicate key', insertSamples(scratch))
    await assertRight('an unordered insert with duplicate keys, strings and ids', insertTargets(scratch))
    const [moved, removed] = targets.slice(writes.length).map(({ _id }) => _id) as [ObjectId, ObjectId]
    // A late write would create the collection again.
    const outcomes = await Promise.allSettled([
      ...reads.map((read) => assertRight(read[0], find(scratch, read))),
      ...writes.map((write, index) => assertRight(write[0], update(scratch, write, targets[index] as Document))),
      assertRight('a projection', project(scratch)),
      assertRight('findOneAndUpdate with a guard', move(scratch, moved)),
      assertRight('deletions with $exists and $in', remove(scratch, removed))
    ])
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  } finally {
    // A later start repeats it after a failure.
    await Promise.allSettled([scratch.drop(), dropAbandoned(database)])
  }
}

/** Codes of errors that say nothing about the engine: rights, time limits, a full disk, a shutdown, a change of the primary. */
const passing = new Set([13, 50, 64, 91, 189, 10107, 11600, 11602, 13435, 13436, 14031])

async function assertRight(name: string, isRight: Promise<boolean>): Promise<void> {
  const sentence = `The database engine does not do right what the store needs: ${name}`
  const isFine = await isRight.catch((cause) => {
    // An error without a code is not an answer of the engine.
    if (typeof cause.code !== 'number' || passing.has(cause.code)) throw cause
    throw new Error(`${sentence} (${cause.message}).`, { cause })
  })
  if (!isFine) throw new Error(`${sentence}.`)
}

async function dropAbandoned(database: Db): Promise<void> {
  const oldest = ObjectId.createFromTime(Date.now() / 1000 - maxAgeSeconds)
  const found = await database.listCollections({}, { nameOnly: true }).toArray()
  const abandoned = found.filter(({ name }) => nameOfScratch.test(name) && name < `${prefix}${oldest}`)
  for (const { name } of abandoned) await database.dropCollection(name)
}
