import { join } from 'node:path'
import t, { type Test } from 'tap'
import { placeOf } from '../../src/commands/copy/open.js'
import type { DialogRecord, MessageRecord, UserRecord } from '../../src/commands/copy/transfer.js'
import { openStore } from '../../src/store/open.js'
import { useMongo, withoutMongo } from '../helpers/mongod.js'

const options = { timeoutMs: 5000, busyTimeoutMs: 5000, maxLogPages: 10_000, onNotice: () => {} }
const idOf = (number: number) => `${number}`.padStart(24, '0')
const annNumber = 100
const annId = idOf(annNumber)

function userOf(number: number, tag: string, lastName: string): UserRecord {
  const profile = {
    tag: `@${tag}`,
    firstName: 'Kim',
    lastName,
    img: 'default.jpg',
    lastSeen: 0,
    changed: 0,
    revision: 1
  }
  return { _id: idOf(number), ...profile, email: tag, emailKey: tag, passwordHash: '' }
}

/** A dialog of Ann with a user. */
function dialogOf({ _id, tag }: UserRecord): DialogRecord {
  const [a, b] = _id < annId ? [_id, annId] : [annId, _id]
  const [tagA, tagB] = _id < annId ? [tag, '@ann'] : ['@ann', tag]
  return { _id, a, b, tagA, tagB, readSeqA: 0, readSeqB: 0, marked: 0 }
}

/** The message of a dialog, which has the place of the dialog in lists. */
function messageOf({ _id, a, b }: DialogRecord, version: number): MessageRecord {
  const message = { _id, dialogId: _id, a, b, isFromA: a === annId, version, date: 0, text: 'hello' }
  return { ...message, seq: 1, sent: 1, revision: 1, clientMessageId: null }
}

/** A store in which Ann has written to Zoe and Zack first, and then to a thousand others, but never to Zora. */
async function fill(url: string) {
  const others = Array.from({ length: 1000 }, (_, index) => userOf(annNumber + 1 + index, `k${index}`, 'Quant'))
  const peers = [userOf(1, 'zoe', 'Quist'), userOf(4000, 'zack', 'Quist'), ...others]
  const strangers = [userOf(annNumber, 'ann', 'Lee'), userOf(2, 'zora', 'Quist'), userOf(5000, 'zola', 'Quist')]
  const target = await placeOf(url).openTarget(undefined)
  await target.writeCheckpoint({ from: 'this test', version: 2000, kind: 'users', after: '', done: 0 })
  await target.tables.users.write([...strangers, ...peers])
  const dialogs = peers.map(dialogOf)
  await target.tables.dialogs.write(dialogs)
  await target.tables.messages.write(dialogs.map((dialog, index) => messageOf(dialog, index + 1)))
  await target.finish({ version: 2000, epochs: [], secret: undefined })
  await target.close()
}

async function testOld(t: Test, url: string) {
  await fill(url)
  const store = await openStore(url, options)
  t.teardown(() => store.close())
  const find = async (text: string) =>
    (await store.users.searchContacts({ tagPart: text, nameStart: text }, annId, 30)).map(({ tag }) => tag)
  t.same(await find('zo'), ['@zoe'], 'by tag')
  t.same((await find('quist')).sort(), ['@zack', '@zoe'], 'by name')
  t.same(await find('k77'), [...Array.from({ length: 10 }, (_, index) => `@k77${9 - index}`), '@k77'])
  for (const text of ['qua', 'k9']) {
    const found = await find(text)
    t.same([found.length, ...found.slice(0, 2)], [30, '@k999', '@k998'], text)
  }
}

t.test('a contact beyond the newest dialogs is found where few other names begin with the text', async (t) => {
  await t.test('SQLite', (t) => testOld(t, `file:${join(t.testdir(), 'messenger.db')}`))
  await t.test('MongoDB', { skip: withoutMongo }, async (t) => testOld(t, (await useMongo(t))(t)))
})
