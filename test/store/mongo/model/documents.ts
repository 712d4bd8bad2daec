/** The part of MongoDB's query language that the store uses. Anything else throws: the model never guesses. */

export type Document = { readonly [field: string]: unknown }

/** Documents of a collection by their ids. */
export type Documents = ReadonlyMap<string, Document>

/** A value with its type: values of different types are neither equal nor in an order. */
function typed(value: unknown): [type: string, comparable: string | number] {
  if (value === null || value === undefined) return ['null', 0]
  if (value instanceof Date) return ['date', value.getTime()]
  if (typeof value === 'number' || typeof value === 'string') return [typeof value, value]
  const { _bsontype: type } = value as { _bsontype?: string }
  if (type === 'ObjectId') return [type, String(value)]
  throw new Error(`The model does not compare ${JSON.stringify(value)}.`)
}

/** Returns a number as a function for sorting does; undefined for values of different types. */
export function compare(one: unknown, other: unknown): number | undefined {
  const [[type, a], [otherType, b]] = [typed(one), typed(other)]
  if (type !== otherType) return undefined
  return a < b ? -1 : Number(a > b)
}

/** A list has a value when it contains it. */
function has(value: unknown, wanted: unknown): boolean {
  return Array.isArray(value) ? value.some((item) => has(item, wanted)) : compare(value, wanted) === 0
}

const operators: Record<string, (value: unknown, wanted: unknown) => boolean> = {
  $in: (value, wanted) => (wanted as unknown[]).some((item) => has(value, item)),
  $gt: (value, wanted) => (compare(value, wanted) ?? 0) > 0,
  $lt: (value, wanted) => (compare(value, wanted) ?? 0) < 0,
  $gte: (value, wanted) => (compare(value, wanted) ?? -1) >= 0,
  $lte: (value, wanted) => (compare(value, wanted) ?? 1) <= 0
}

function matchesField(value: unknown, condition: unknown): boolean {
  const isPlain = condition !== null && Object.getPrototypeOf(condition) === Object.prototype
  if (!isPlain) return has(value, condition)
  return Object.entries(condition as object).every(([operator, wanted]) => known(operators, operator)(value, wanted))
}

export function matches(document: Document, filter: Document): boolean {
  return Object.entries(filter).every(([field, condition]) => {
    if (field === '$or') return (condition as Document[]).some((part) => matches(document, part))
    if (field.startsWith('$')) throw new Error(`The model does not know ${field}.`)
    return matchesField(document[field], condition)
  })
}

const changes: Record<string, (former: unknown, by: unknown) => unknown> = {
  $set: (_, value) => value,
  $inc: (former, by) => (former as number) + (by as number),
  $max: (former, value) => Math.max(former as number, value as number)
}

/** Returns a document as an update leaves it. */
export function updated(document: Document, update: Document): Document {
  const copy = { ...document }
  for (const [operator, fields] of Object.entries(update)) {
    for (const [field, value] of Object.entries(fields as Document)) {
      copy[field] = known(changes, operator)(document[field], value)
    }
  }
  return copy
}

export interface FindOptions {
  projection?: Document
  sort?: Document
  limit?: number
  skip?: number
}

export function select(documents: Documents, filter: Document, options: FindOptions = {}): Document[] {
  const { projection, sort = {}, limit = Number.POSITIVE_INFINITY, skip = 0 } = options
  const found = [...documents.values()].filter((document) => matches(document, filter))
  const [[field, direction] = []] = Object.entries(sort) as [string, number][]
  // Null comes before everything else.
  const rank = (document: Document) => (document[field as string] === null ? 0 : 1)
  const order = (one: Document, other: Document) =>
    compare(one[field as string], other[field as string]) ?? rank(one) - rank(other)
  if (field !== undefined) found.sort((one, other) => order(one, other) * (direction as number))
  return found.slice(skip, skip + limit).map((document) => project(document, projection))
}

export function project(document: Document, projection: Document = {}): Document {
  const fields = Object.entries(projection)
  if (fields.length === 0) return { ...document }
  if (fields.every(([, value]) => value === 0)) {
    return Object.fromEntries(Object.entries(document).filter(([name]) => !(name in projection)))
  }
  if (fields.some(([, value]) => value !== 1)) throw new Error('The model knows projections of fields only.')
  const wanted = ['_id', ...fields.map(([name]) => name)]
  return Object.fromEntries(wanted.flatMap((name) => (name in document ? [[name, document[name]]] : [])))
}

function known<T>(table: Record<string, T>, name: string): T {
  if (!(name in table)) throw new Error(`The model does not know ${name}.`)
  return table[name] as T
}
