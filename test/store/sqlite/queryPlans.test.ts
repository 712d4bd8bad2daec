import { join } from 'node:path'
import t, { type Test } from 'tap'
import { driver as SQLite } from '../../../src/store/sqlite/driver.js'
import { openSqliteStore } from '../../../src/store/sqlite/index.js'

const options = { busyTimeoutMs: 5000, maxLogPages: 10_000 }
// Scans that are allowed: parts of a query that hold its results, and the index of tags, because the text of a search can be
// anywhere in a tag.
const scanned = /SCAN (?!(?:h|q|s)\b|users USING COVERING INDEX)/

interface Plan {
  sql: string
  /** The steps of the plan, in SQLite's words. */
  steps: string[]
}

/** Returns the plans of all queries that the store prepares. */
async function planQueries(t: Test): Promise<Plan[]> {
  const file = join(t.testdir(), 'messenger.db')
  const { prepare } = SQLite.prototype
  const prepared = t.capture(SQLite.prototype, 'prepare', prepare)
  await openSqliteStore(file, options).close()
  prepared.restore()
  const database = new SQLite(file)
  t.teardown(() => database.close())

  const queries = prepared()
    .map(({ args }) => args[0])
    .filter((sql) => /^\s*(SELECT|UPDATE|DELETE|WITH)/.test(sql))
  return queries.map((sql) => {
    const names = sql.match(/(?<=:)\w+/g)
    const parameters = names
      ? [Object.fromEntries(names.map((name) => [name, 1]))]
      : Array(sql.split('?').length - 1).fill(1)
    const plan = database.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(...parameters)
    return { sql: sql.replace(/\s+/g, ' '), steps: plan.map(({ detail }) => detail) }
  })
}

t.test('frequent queries read through indexes only the rows that they return', async (t) => {
  const plans = await planQueries(t)
  t.ok(plans.length > 10)
  for (const { sql, steps } of plans) t.notMatch(steps.join('; '), new RegExp(`${scanned.source}|TEMP B-TREE`), sql)
})

t.test('the cost of updates depends on the changes alone', async (t) => {
  const plans = (await planQueries(t)).filter(({ sql }) => sql.includes(':since'))
  for (const { sql, steps } of plans) t.comment([sql, ...steps].join('\n  '))

  const searches = plans.flatMap(({ steps }) => steps).filter((step) => /^(SEARCH|SCAN) (?![hq]$)/.test(step))
  t.same(searches, [
    'SEARCH dialogs USING INDEX dialogsOfA (a=? AND position>?)',
    'SEARCH dialogs USING INDEX dialogsOfB (b=? AND position>?)',
    // halving: as many steps as the number of messages has binary digits
    'SEARCH m USING PRIMARY KEY (dialog=? AND seq=?)',
    // one step for each new message on the page
    'SEARCH m USING PRIMARY KEY (dialog=? AND seq=?)',
    'SEARCH m USING PRIMARY KEY (dialog=? AND seq=?)',
    'SEARCH d USING INTEGER PRIMARY KEY (rowid=?)',
    'SEARCH m USING PRIMARY KEY (dialog=? AND seq=?)',
    // dialogs whose read marks moved
    'SEARCH dialogs USING COVERING INDEX dialogsMarkedOfA (a=? AND marked>?)',
    'SEARCH dialogs USING COVERING INDEX dialogsMarkedOfB (b=? AND marked>?)',
    // peers whose data changed
    'SEARCH d USING INDEX dialogsOfAChangedB (a=? AND changedB>?)',
    'SEARCH u USING PRIMARY KEY (_id=?)',
    'SEARCH d USING INDEX dialogsOfBChangedA (b=? AND changedA>?)',
    'SEARCH u USING PRIMARY KEY (_id=?)',
    // the user
    'SEARCH u USING PRIMARY KEY (_id=?)'
  ])
})
