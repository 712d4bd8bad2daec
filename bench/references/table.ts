import { isMainThread, parentPort, workerData } from 'node:worker_threads'
import { driver as SQLite } from '../../src/store/sqlite/driver.js'

export interface Row {
  senderTag: string
  receiverTag: string
  text: string
  date: number
}

/** Opens one table in one SQLite file. @returns a function that inserts rows in one durable commit */
export function openTable(file: string): (rows: Row[]) => void {
  const database = new SQLite(file)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.exec(
    'CREATE TABLE messages (id INTEGER PRIMARY KEY, sender TEXT, receiver TEXT, text TEXT, date INTEGER) STRICT'
  )
  const insert = database.prepare('INSERT INTO messages (sender, receiver, text, date) VALUES (?, ?, ?, ?)')
  return database.transaction((rows: Row[]) => {
    for (const { senderTag, receiverTag, text, date } of rows) insert.run(senderTag, receiverTag, text, date)
  }).immediate
}

if (!isMainThread) {
  const insert = openTable(workerData)
  parentPort?.on('message', (rows: Row[]) => {
    insert(rows)
    parentPort?.postMessage('done')
  })
}
