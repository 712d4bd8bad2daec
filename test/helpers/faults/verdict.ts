import { join } from 'node:path'
import type { Test } from 'tap'
import { driver as SQLite } from '../../../src/store/sqlite/driver.js'
import type { Device } from '../device.js'
import { historyOf } from '../flow/truth.js'
import type { Load, Sent } from './load.js'

/** Checks that every acknowledged message is there once, unchanged and in order, and no other one twice. */
export async function judge(t: Test, { sent }: Load, { ann, bob }: { ann: Device; bob: Device }): Promise<void> {
  const history = await historyOf(ann, '@bob')
  t.same(await historyOf(bob, '@ann'), history, 'both histories agree')
  t.same(
    history.map(({ seq }) => seq),
    history.map((_, index) => index + 1),
    'numbered without a gap'
  )
  const dates = history.map(({ date }) => date)
  t.same(dates, [...dates].sort(), 'dates do not go back')

  const stored = new Map(history.map((message) => [message.text, message]))
  t.equal(stored.size, history.length, 'nothing is there twice')
  const acknowledged = sent.filter(({ message }) => message)
  t.ok(acknowledged.length > 0, `${acknowledged.length} of ${sent.length} acknowledged`)
  const differs = ({ text, message }: Sent) => {
    const found = stored.get(text)
    return !found || found._id !== message?._id || found.seq !== message.seq || Date.parse(found.date) !== message.date
  }
  t.same(acknowledged.filter(differs), [], 'everything acknowledged is there')
  const known = new Set(sent.map(({ text }) => text))
  t.same(
    history.filter(({ text }) => !known.has(text)),
    [],
    'and nothing that was not sent'
  )
  checkOrder(t, sent, (text) => stored.get(text)?.seq)
}

function checkOrder(t: Test, sent: Sent[], seqOf: (text: string) => number | undefined) {
  for (const sender of new Set(sent.map(({ sender }) => sender))) {
    const seqs = sent
      .filter((entry) => entry.sender === sender)
      .map(({ text }) => seqOf(text))
      .filter((seq) => seq !== undefined)
    const inOrder = [...seqs].sort((one, other) => one - other)
    t.same(seqs, inOrder, `${sender}: in the order in which they were sent`)
  }
}

/** Checks the database file of a server that has ended by SQLite's own means. */
export function checkFile(t: Test, dir: string): void {
  const database = new SQLite(join(dir, 'data', 'messenger.db'))
  t.same(database.pragma('integrity_check'), [{ integrity_check: 'ok' }])
  t.same(database.pragma('foreign_key_check'), [])
  database.close()
}
