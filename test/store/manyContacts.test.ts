import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { DialogRecord, UserRecord } from '../../src/store/archive.js'
import { openStore } from '../../src/store/open.js'
import { placeOf } from '../../src/store/openArchive.js'
import { useMongo, withoutMongo } from '../mongod.js'

const options = { timeoutMs: 5000, busyTimeoutMs: 5000, maxLogPages: 10_000, onNotice: () => {} }
const idOf = (number: number) => `${number}`.padStart(24, '0')
const annId = idOf(0)

function userOf(number: number, tag: string, lastName: string): UserRecord {
  const profile = { tag: `@${tag}`, firstName: 'Kim', lastName, img: 'default.jpg', lastSeen: 0, changed: 0 }
  return { _id: idOf(number), ...profile, email: tag, emailKey: tag, passwordHash: '' }
}

function dialogOf(number: number, tagB: string): DialogRecord {
  const last = { _id: idOf(number), isFromA: true, text: 'hello', date: 0 }
  const marks = { readSeqA: 0, readSeqB: 0, unreadA: 0, unreadB: 1, marked: 0, changedA: 0, changedB: 0 }
  return {
    _id: idOf(number),
    a: annId,
    b: idOf(number),
    tagA: '@ann',
    tagB,
    last,
    lastSeq: 1,
    position: number,
    ...marks
  }
}

/** A store in which Ann has written to Zoe first, and then to a thousand others. */
async function fill(url: string) {
  const others = Array.from({ length: 1000 }, (_, index) => userOf(index + 2, `k${index}`, 'Quant'))
  const peers = [userOf(1, 'zoe', 'Quist'), ...others]
  const target = await placeOf(url).openTarget(undefined)
  await target.setMark({ from: 'this test', version: 2000, kind: 'users', after: '', done: 0 })
  await target.shelves.users.write([userOf(0, 'ann', 'Lee'), ...peers, userOf(5000, 'zora', 'Quist')])
  await target.shelves.dialogs.write(peers.map(({ tag }, index) => dialogOf(index + 1, tag)))
  await target.finish({ version: 2000, epochs: [], secret: undefined })
  await target.close()
}

async function testOld(t: Test, url: string) {
  await fill(url)
  const store = await openStore(url, options)
  t.teardown(() => store.close())
  const find = async (text: string) =>
    (await store.findContacts({ tagPart: text, nameStart: text }, annId, 30)).map(({ tag }) => tag)
  t.same(await find('zo'), ['@zoe'], 'by tag')
  t.same(await find('quist'), ['@zoe'], 'by name')
  t.same((await find('qua')).slice(0, 2), ['@k999', '@k998'])
  t.equal((await find('qua')).length, 30)
  t.same(await find('k9').then((tags) => tags.length), 30)
  t.same(await find('k77'), [
    '@k779',
    '@k778',
    '@k777',
    '@k776',
    '@k775',
    '@k774',
    '@k773',
    '@k772',
    '@k771',
    '@k770',
    '@k77'
  ])
}

t.test('a contact beyond the newest dialogs is found where few others begin so', async (t) => {
  await t.test('SQLite', (t) => testOld(t, `file:${join(t.testdir(), 'messenger.db')}`))
  await t.test('MongoDB', { skip: withoutMongo }, async (t) => testOld(t, (await useMongo(t))(t)))
})
