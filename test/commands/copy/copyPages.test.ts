import { join } from 'node:path'
import type { Database } from 'better-sqlite3'
import t, { type Test } from 'tap'
import { placeOf } from '../../../src/commands/copy/open.js'
import { type Kind, kinds, type Page, type Source, type Table } from '../../../src/commands/copy/transfer.js'
import { driver as SQLite } from '../../../src/store/sqlite/driver.js'
import { settleTown, visit } from '../../helpers/commands/town.js'
import { useMongo, withoutMongo } from '../../helpers/mongod.js'

type Pages = Page<unknown>[]

async function readPages(table: Table<unknown>, limit: number): Promise<Pages> {
  const pages: Pages = []
  for (let after: string | undefined = ''; after !== undefined; after = pages.at(-1)?.next) {
    pages.push(await table.read(after, limit))
  }
  return pages
}

/** Makes a store of each type, and names for others. */
async function makeStores(t: Test) {
  const newDatabase = await useMongo(t)
  const dir = t.testdir()
  const newFile = (name: string) => `file:${join(dir, name, 'messenger.db')}`
  return { newDatabase, newFile, urls: [newFile('original'), newDatabase(t)] }
}

t.test('a page of messages is read through keys, for any number of messages', async (t) => {
  const url = `file:${join(t.testdir(), 'messenger.db')}`
  await settleTown(url)
  const prepared = t.capture(SQLite.prototype, 'prepare', SQLite.prototype.prepare)
  const source = await placeOf(url).openSource()
  t.teardown(() => source.close())
  await source.tables.messages.read('', 1)
  const page = prepared().find(({ args: [sql] }) => sql.includes('FROM messages') && sql.includes(':limit'))
  prepared.restore()
  const database = page?.receiver as Database
  const plan = database.prepare<[object], { detail: string }>(`EXPLAIN QUERY PLAN ${page?.args[0]}`)
  const steps = plan.all({ dialog: 0, seq: 0, sentByA: 0, limit: 1 }).map(({ detail }) => detail)
  t.same(
    steps.filter((step) => /^(SEARCH|SCAN) (?!p$|\()/.test(step)),
    [
      'SEARCH messages USING PRIMARY KEY ((dialog,seq)>(?,?))',
      'SEARCH d USING INTEGER PRIMARY KEY (rowid=?)',
      'SEARCH c USING PRIMARY KEY (dialog=? AND seq=?) LEFT-JOIN'
    ]
  )
})

t.test('pages of any size hold the same records', { skip: withoutMongo }, async (t) => {
  const { urls } = await makeStores(t)
  for (const url of urls) {
    await settleTown(url)
    const source = await placeOf(url).openSource()
    for (const table of Object.values(source.tables) as Table<unknown>[]) {
      const [all] = (await readPages(table, 1000)) as [Page<unknown>]
      t.same([all.records.length, all.next], [await table.count(), undefined])
      for (const limit of [1, 2, 3]) {
        const pages = await readPages(table, limit)
        t.same(
          pages.flatMap(({ records }) => records),
          all.records
        )
      }
    }
    await source.close()
  }
})

/** Writes each page twice, as after a kill between a page and its checkpoint. */
async function writeTwice(source: Source, to: string, limit: number): Promise<void> {
  const state = await source.state()
  const write = async (kind: Kind, page: Page<unknown>) => {
    const target = await placeOf(to).openTarget(state.secret)
    await target.writeCheckpoint({ from: source.name, version: state.version, kind, after: '', done: 0 })
    await (target.tables[kind] as Table<unknown>).write(page.records)
    await target.close()
  }
  for (const kind of ['users', 'sessions', ...kinds.slice(1)] as const) {
    const pages = await readPages(source.tables[kind] as Table<unknown>, limit)
    for (const page of pages.filter(({ records }) => records.length > 0)) {
      await write(kind, page)
      await write(kind, page)
    }
  }
  const target = await placeOf(to).openTarget(state.secret)
  await target.finish(state)
  await target.close()
}

t.test('a copy that is killed after any page is the same in the end', { skip: withoutMongo }, async (t) => {
  const { urls, newDatabase, newFile } = await makeStores(t)
  for (const url of urls) {
    const town = await settleTown(url)
    const view = await visit(t, url, town)
    const source = await placeOf(url).openSource()
    for (const to of [newFile(`copy ${urls.indexOf(url)}`), newDatabase(t)]) {
      await writeTwice(source, to, 2)
      t.same(await visit(t, to, town), view, `${url} to ${to}`)
    }
    await source.close()
  }
})
