import type { Document } from 'mongodb'
import { type Fault, filter, find } from './misreading.js'

const nullOrRange = '$or of null and a range, sorted with null first'
const isOfNull = ({ filter: { $or } }: Document) => $or[0].version === null
const skipAndLimit = 'a descending sort with skip and limit'
const bySkip = (change: (command: Document) => Document) => (command: Document) =>
  command.find && command.skip ? { ...command, ...change(command) } : command
const regex = '$regex with $ne and ranges of strings'

export const readFaults: Fault[] = [
  {
    name: 'equality with null',
    why: 'null is only what is missing',
    misread: filter('version', ({ ...wanted }) => {
      if (wanted.version === null && !wanted.users) wanted.version = { $exists: false }
      return wanted
    })
  },
  {
    name: 'equality of a missing field with null',
    why: 'what is missing is not null',
    misread: filter('shown', (wanted) => ({ ...wanted, shown: { $in: [] } }))
  },
  {
    name: '$gt and $lte, which never find null',
    why: 'null is less than a number',
    misread: filter('$lte', ({ version, ...wanted }) => ({ ...wanted, $or: [{ version }, { version: null }] }))
  },
  {
    name: 'a range of dates',
    why: 'dates are not compared',
    misread: filter('date', (wanted) => ({ ...wanted, date: { $exists: true } }))
  },
  {
    name: nullOrRange,
    why: 'null comes last',
    misread: find('$or', (command) => (isOfNull(command) ? { sort: { version: -1 } } : {}))
  },
  {
    name: nullOrRange,
    why: 'one of the two counts',
    misread: filter('$or', ({ $or, ...wanted }) => ({ ...wanted, $or: $or[0].version === null ? $or.slice(1) : $or }))
  },
  { name: nullOrRange, why: 'the limit does not count', misread: find('$or', () => ({ limit: 0 })) },
  { name: skipAndLimit, why: 'the limit does not count', misread: bySkip(() => ({ limit: 0 })) },
  { name: skipAndLimit, why: 'nothing is left out', misread: bySkip(() => ({ skip: 0 })) },
  { name: skipAndLimit, why: 'it sorts the other way', misread: bySkip(() => ({ sort: { seq: 1 } })) },
  {
    name: 'an element of a list, with a range',
    why: 'only a whole list is equal',
    misread: filter('$gt', ({ ...wanted }) => {
      if (wanted.users) wanted.users = [wanted.users]
      return wanted
    })
  },
  {
    name: 'an element of a list, with a range',
    why: 'the range does not count',
    misread: filter('users', ({ version, ...wanted }) => ({ ...wanted, ...(version === null && { version }) }))
  },
  {
    name: '$in with elements of a list',
    why: 'only a whole list is equal',
    misread: filter('users', ({ ...wanted }) => {
      if (wanted.users.$in) wanted.users = { $in: [wanted.users.$in] }
      return wanted
    })
  },
  {
    name: '$in with strings and ids',
    why: 'an id is equal to the string of its digits',
    misread: filter('key', ({ ...wanted }) => {
      if (wanted.key.$in) wanted.key = { $in: [...wanted.key.$in, ...wanted.key.$in.map(String)] }
      return wanted
    })
  },
  {
    name: '$or of pairs',
    why: 'only the first pair counts',
    misread: filter('$or', ({ $or, ...wanted }) => ({ ...wanted, $or: $or[0].a ? $or.slice(0, 1) : $or }))
  },
  {
    name: '$elemMatch with a range',
    why: 'one bound counts',
    misread: filter('names', (wanted) => ({ ...wanted, names: { $elemMatch: { $gte: 'm' } } }))
  },
  {
    name: regex,
    why: 'it finds beginnings only',
    misread: filter('tag', ({ tag, ...wanted }) => ({ ...wanted, tag: { $regex: `^${tag.$regex}` } }))
  },
  { name: regex, why: '$ne does not count', misread: filter('tag', ({ seq, ...wanted }) => wanted) },
  { name: regex, why: 'the ranges do not count', misread: filter('tag', ({ $or, ...wanted }) => wanted) },
  {
    name: 'a projection',
    why: 'everything comes',
    misread: find('key', ({ projection }) => (projection.tag ? { projection: {} } : {}))
  }
]
