import type { Document } from 'mongodb'
import { type Fault, index, insert, ordered, remove, update } from './misreading.js'

const orderedInsert = 'an ordered insert that stops at a duplicate key'
const unorderedInsert = 'an unordered insert with duplicate keys, strings and ids'

export const writeFaults: Fault[] = [
  { name: orderedInsert, why: 'no index is unique', misread: index(({ unique, ...more }) => more) },
  {
    name: orderedInsert,
    why: 'one of two fields makes a duplicate',
    misread: index(({ key, ...more }) => ({ key: key.has('dialog') ? { dialog: 1 } : key, ...more }))
  },
  { name: orderedInsert, why: 'it goes on behind the duplicate', misread: insert(() => ({ ordered: false })) },
  {
    name: orderedInsert,
    why: 'a large number is rounded',
    misread: ordered((document) => (document.version > 9 ? { ...document, version: 2 ** 52 } : document))
  },
  {
    name: orderedInsert,
    why: 'null is left out',
    misread: ordered(({ ...document }) => {
      if (document.version === null) delete document.version
      return document
    })
  },
  {
    name: unorderedInsert,
    why: 'it stops at the first duplicate',
    misread: insert(() => ({ ordered: true }))
  },
  {
    name: unorderedInsert,
    why: 'of keys only strings are unique',
    misread: insert(({ documents }) => ({
      documents: documents.map((document: Document) => (document.seq === -2 ? { ...document, key: 1 } : document))
    }))
  },
  {
    name: 'a guard',
    why: 'it does not count',
    misread: update('$set', ({ q, ...more }) => ({ q: { _id: q._id }, ...more }))
  },
  {
    name: 'two guards in one bulkWrite',
    why: 'the first update ends it',
    misread: (command) => (command.update ? { ...command, updates: command.updates.slice(0, 1) } : command)
  },
  {
    name: '$set of null, with $inc',
    why: 'null is nothing',
    misread: update('$inc', ({ u, ...more }) => ({ ...more, u: u.$set ? { ...u, $set: { k: 1 } } : u }))
  },
  {
    name: '$max',
    why: 'it sets what is less',
    misread: update('$max', ({ u, ...more }) => ({ ...more, u: { $set: u.$max } }))
  },
  {
    name: '$inc to more than 32 bits',
    why: 'it begins again at the least number',
    misread: update('$inc', ({ u, ...more }) => ({ ...more, u: u.$set ? u : { $set: { n: -(2 ** 31) } } }))
  },
  {
    name: 'findOneAndUpdate with a guard',
    why: 'the guard does not count',
    misread: (command) => (command.findAndModify ? { ...command, query: { _id: command.query._id } } : command)
  },
  {
    name: 'findOneAndUpdate with a guard',
    why: 'the document comes as it was before',
    misread: (command) => (command.findAndModify ? { ...command, new: false } : command)
  },
  {
    name: 'deletions with $exists and $in',
    why: '$exists does not count',
    misread: remove('$exists', ({ _id }) => ({ _id }))
  },
  {
    name: 'deletions with $exists and $in',
    why: '$in is equality with the list',
    misread: remove('$in', ({ _id }) => ({ _id: { $in: [_id.$in] } }))
  }
]
