import { ObjectId } from 'mongodb'
import type { Test } from 'tap'
import { openMongoStore } from '../../../src/store/mongo/index.js'
import { run } from './adopted.js'
import { runUntilCut } from './adoptProcess.js'
import { createLegacyDatabase, type LegacyDatabase } from './legacy.js'

const storeOptions = { timeoutMs: 5000, onNotice: () => {} }

/** Makes a legacy database in which every step of the adoption has something to do. */
export async function manyThings(t: Test, url: string, length = 12): Promise<LegacyDatabase> {
  const old = await createLegacyDatabase(t, url)
  for (const tag of ['@ann', '@bob', '@Ann']) await old.signUp(tag, { email: 'same@test.example' })
  await old.signUp('@cid', { email: 'cid@b\u00fccher.example' })
  await old.users.insertOne({ _id: new ObjectId('5d0000000000000000000000'), tag: '@eve' })
  for (const pair of ['@ann @bob', '@bob @ann', '@cid @bob', '@Ann @bob', '@eve @ann']) {
    const [one, two] = pair.split(' ') as [string, string]
    await old.meet(one, two)
  }
  const lines = Array.from({ length }, (_, index) => `${index % 2 ? '@ann > @bob' : '@bob > @ann'}: ${index}`)
  await old.sayAll(lines, (index) => ({ isRead: index < length / 2 }))
  for (const line of ['@Ann > @bob: I', '@eve > @bob: am', '@cid > @Ann: here', '@cid > @cid: so']) await old.say(line)
  return old
}

/** Ends adoptions before the first write and at every further step. No server starts, and the next run ends in the same state. */
export async function endAdoptions(t: Test, newDatabase: (t: Test) => string, step: number): Promise<void> {
  const whole = await manyThings(t, newDatabase(t))
  await run(whole.url)
  const expected = await whole.state()
  for (let write = 1; ; write += step) {
    const old = await manyThings(t, newDatabase(t))
    if (await runUntilCut(t, old.url, write)) break
    await t.rejects(openMongoStore(old.url, storeOptions), { message: /^This is a legacy database/ })
    await run(old.url)
    t.same(await old.state(), expected, `ended before write ${write}`)
  }
}
