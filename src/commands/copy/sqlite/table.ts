import type { Database } from 'better-sqlite3'
import { prepareRows } from '../../../store/sqlite/rows.js'
import type { Table } from '../transfer.js'

interface TableQueries<Row, T> {
  name: string
  /** Prepares the connection for the first page. */
  beforePages?: string
  /** Selects a page of at most `:limit` rows after a key, whose columns are parameters and columns of each row. */
  page: string
  /** A key before all others. */
  start: Record<string, string | number>
  insert: string
  /** Absent where a row is the record. */
  toRecord?(row: Row): T
  /** Absent where the record has the parameters of `insert`. */
  toParameters?(record: T): object
  /** Writes the rows that depend on a record, after the record. */
  onInserted?(record: T): void
}

/** Reads and writes the records of a table. */
export function createTable<Row extends object, T extends object>(
  database: Database,
  { name, beforePages, page, start, insert, toRecord, toParameters, onInserted }: TableQueries<Row, T>
): Table<T> {
  const insertOne = database.prepare<[object]>(insert)
  const count = database.prepare<[], number>(`SELECT count(*) FROM ${name}`).pluck()
  const insertAll = database.transaction((records: T[]) => {
    for (const record of records) {
      insertOne.run(toParameters?.(record) ?? record)
      onInserted?.(record)
    }
  })
  const columns = Object.keys(start)
  let readPage: ((parameters: object) => Row[]) | undefined

  function preparePages() {
    if (beforePages) database.exec(beforePages)
    return prepareRows<Row>(database, page)
  }

  function parseKey(key: string): object {
    if (key === '') return start
    const values: unknown[] = JSON.parse(key)
    return Object.fromEntries(columns.map((column, index) => [column, values[index]]))
  }

  return {
    async read(after, limit) {
      readPage ??= preparePages()
      const rows = readPage({ ...parseKey(after), limit })
      const last = rows.length === limit ? rows.at(-1) : undefined
      return {
        records: toRecord ? rows.map(toRecord) : (rows as unknown as T[]),
        next: last && JSON.stringify(columns.map((column) => last[column as keyof Row]))
      }
    },
    write: async (records) => insertAll.immediate(records),
    count: async () => count.get() as number
  }
}

/** Returns an INSERT with a parameter for each column. It replaces the row that has the key. */
export function upsertInto(table: string, key: string[], columns: string[]): string {
  const parameters = [...key, ...columns].map((column) => `:${column}`)
  return `INSERT INTO ${table} (${[...key, ...columns]}) VALUES (${parameters}) ${onConflict(key, columns)}`
}

export function onConflict(key: string[], columns: string[]): string {
  return `ON CONFLICT (${key}) DO UPDATE SET ${columns.map((column) => `${column} = excluded.${column}`)}`
}
