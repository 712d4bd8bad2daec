import type { Database } from 'better-sqlite3'

/** Prepares a query for many rows. better-sqlite3 looks up the names of each row again, which takes longer than reading it. */
export function prepareRows<Row>(database: Database, sql: string): (parameters: object) => Row[] {
  const statement = database.prepare<[object], unknown[]>(sql).raw()
  const names = statement.columns().map(({ name }) => name)

  function toRow(values: unknown[]): Row {
    const row: Record<string, unknown> = {}
    for (let index = 0; index < names.length; index++) row[names[index] as string] = values[index]
    return row as Row
  }

  return (parameters) => statement.all(parameters).map(toRow)
}
