import type { Database } from 'better-sqlite3'
import { prepareRows } from '../../../store/sqlite/rows.js'
import type { Shelf } from '../transfer.js'

interface ShelfQueries<Row, T> {
  /** Prepares the connection for the first page. */
  beforePages?: string
  /** A page of rows, `:limit` at most, behind a key whose columns are parameters. */
  page: string
  /** A key before all others. */
  start: Record<string, string | number>
  insert: string
  count: string
  toRecord(row: Row): T
  toParameters(record: T): object
  /** Writes what is made of a record that has just been inserted. */
  onInserted?(record: T): void
}

/** Rows have the columns of their key under its names. */
export function createShelf<Row extends object, T>(database: Database, queries: ShelfQueries<Row, T>): Shelf<T> {
  const { start, toRecord, toParameters, onInserted } = queries
  let page: ((parameters: object) => Row[]) | undefined
  const insert = database.prepare<[object]>(queries.insert)
  const count = database.prepare<[], number>(queries.count).pluck()
  const insertAll = database.transaction((records: T[]) => {
    for (const record of records) {
      insert.run(toParameters(record))
      onInserted?.(record)
    }
  })

  function preparePages() {
    if (queries.beforePages) database.exec(queries.beforePages)
    return prepareRows<Row>(database, queries.page)
  }

  function keyOf(row: Row): string {
    return JSON.stringify(Object.keys(start).map((column) => row[column as keyof Row]))
  }

  function parseKey(key: string): object {
    const values: unknown[] = key === '' ? Object.values(start) : JSON.parse(key)
    return Object.fromEntries(Object.keys(start).map((column, index) => [column, values[index]]))
  }

  return {
    async read(after, limit) {
      page ??= preparePages()
      const rows = page({ ...parseKey(after), limit })
      const last = rows.length === limit ? rows.at(-1) : undefined
      return { records: rows.map(toRecord), next: last && keyOf(last) }
    },
    write: async (records) => insertAll.immediate(records),
    count: async () => count.get() as number
  }
}

/** An insert of parameters of the columns' names, which replaces the row that has the key already. */
export function upsertInto(table: string, key: string[], columns: string[]): string {
  const parameters = [...key, ...columns].map((column) => `:${column}`)
  return `INSERT INTO ${table} (${[...key, ...columns]}) VALUES (${parameters}) ${onConflict(key, columns)}`
}

export function onConflict(key: string[], columns: string[]): string {
  return `ON CONFLICT (${key}) DO UPDATE SET ${columns.map((column) => `${column} = excluded.${column}`)}`
}
