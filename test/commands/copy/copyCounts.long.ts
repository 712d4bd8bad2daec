import { join } from 'node:path'
import t from 'tap'
import { copy } from '../../../src/commands/copy/index.js'
import type { NewMessage, StoredUser } from '../../../src/store/records.js'
import { driver as SQLite } from '../../../src/store/sqlite/driver.js'
import type { Store } from '../../../src/store/store.js'
import { open, settleTown } from '../../helpers/commands/town.js'
import { useMongo, withoutMongo } from '../../helpers/mongod.js'
import { createRandom, type Random } from '../../helpers/random.js'
import { account } from '../../store/suite/people.js'

const silent = () => {}
const names = ['Ann', 'Bob', 'Cid', 'Dan', 'Eve']
// More than two pages of a copy, in dialogs of very different lengths.
const rounds = 250

interface Talk {
  people: StoredUser[]
  /** Messages that were sent with a `clientMessageId`, which is the text. */
  sent: (NewMessage & { clientMessageId: string })[]
}

/** Returns pairs of people, of which earlier ones talk more. */
function pickPair(people: StoredUser[], random: Random): [StoredUser, StoredUser] {
  const one = random.below(random.below(people.length) + 1)
  const other = (one + 1 + random.below(people.length - 1)) % people.length
  return [people[one] as StoredUser, people[other] as StoredUser]
}

/** Lets people talk at the same time, and read up to any message. */
async function talk(url: string, random: Random): Promise<Talk> {
  const store = await open(url)
  const people = await Promise.all(names.map((name) => store.users.create(account(name))))
  const sent: Talk['sent'] = []
  for (let round = 0; round < rounds; round++) {
    const messages = Array.from({ length: 10 }, (_, number) => {
      const [sender, receiver] = pickPair(people, random)
      const message = { sender, receiverTag: receiver.tag, text: `${round}.${number}` }
      if (random.isChance(0.6)) return message
      const numbered = { ...message, clientMessageId: message.text }
      sent.push(numbered)
      return numbered
    })
    await Promise.all(messages.map((message) => store.messages.add(message)))
    if (random.isChance(0.3)) await readSome(store, pickPair(people, random), random)
  }
  await store.close()
  return { people, sent }
}

async function readSome(store: Store, [reader, peer]: [StoredUser, StoredUser], random: Random) {
  const [last] = await store.messages.list(reader._id, peer._id, 0, 1)
  return store.dialogs.markAsRead(reader._id, peer._id, 1 + random.below(last?.seq ?? 1))
}

/** Returns everybody's dialogs in order, with all messages. */
async function look(url: string, people: StoredUser[]) {
  const store = await open(url)
  const views = []
  for (const { _id } of people) {
    const histories = people.map((peer) => store.messages.list(_id, peer._id, 0, rounds * 10))
    views.push({ dialogs: await store.dialogs.list(_id, 0, 9), histories: await Promise.all(histories) })
  }
  await store.close()
  return views
}

/** Counts unread messages from the messages alone. */
function recount({ dialogs, histories }: Awaited<ReturnType<typeof look>>[number], people: StoredUser[]) {
  return dialogs.map(({ peer, readSeq, peerReadSeq }) => {
    const history = histories[people.findIndex(({ _id }) => _id === peer._id)] ?? []
    const countBehind = (mark: number, isFromPeer: boolean) =>
      history.filter(({ seq, senderId }) => seq > mark && (senderId === peer._id) === isFromPeer).length
    return [countBehind(readSeq, true), countBehind(peerReadSeq, false)]
  })
}

/** Returns the answers of a store to people who continue. */
async function goOn(url: string, { people, sent }: Talk, random: Random) {
  const store = await open(url)
  const marks = []
  for (let number = 0; number < 30; number++) marks.push(await readSome(store, pickPair(people, random), random))
  const again = []
  for (const message of sent.filter((_, index) => index % 20 === 0)) {
    const { isDuplicate, message: first } = await store.messages.add(message)
    again.push({ isDuplicate, _id: first._id, seq: first.seq, date: first.date })
  }
  await store.close()
  return { marks, again }
}

t.test(
  'counts are exact wherever the read marks are, and dialogs keep their order',
  { skip: withoutMongo },
  async (t) => {
    const newDatabase = await useMongo(t)
    const random = createRandom(t)
    const dir = t.testdir()
    const fileIn = (folder: string) => `file:${join(dir, folder, 'messenger.db')}`
    const [original, there, back, straight] = [fileIn('original'), newDatabase(t), fileIn('back'), fileIn('straight')]
    const town = await talk(original, random)
    const view = await look(original, town.people)
    for (const [from, to] of [
      [original, there],
      [there, back],
      [original, straight]
    ] as const) {
      await copy([from, to], silent)
      const copied = await look(to, town.people)
      t.same(copied, view)
      for (const own of copied) {
        const counts = own.dialogs.map(({ unreadIncoming, unreadOutgoing }) => [unreadIncoming, unreadOutgoing])
        t.same(counts, recount(own, town.people), 'counted anew')
      }
    }

    const steps = Array.from({ length: 200 }, () => random.below(1_000_000))
    const answers = []
    for (const url of [original, there, back, straight]) answers.push(await goOn(url, town, repeat(steps)))
    for (const answer of answers) t.same(answer, answers[0])
    t.ok(
      answers[0]?.again.every(({ isDuplicate }) => isDuplicate),
      'what is sent again is a duplicate'
    )
  }
)

/** Returns the same random numbers for each store. */
function repeat(steps: number[]): Random {
  let step = 0
  const below = (end: number) => (steps[step++] as number) % end
  return {
    below,
    isChance: () => below(2) === 0,
    pick: (items) => items[below(items.length)] as (typeof items)[number]
  }
}

/** Gives the messages of a file the form of the first schema, which did not number changes. */
function forgetVersions(file: string): void {
  const database = new SQLite(file)
  database.exec('UPDATE messages SET version = 0')
  database.close()
}

t.test('dialogs keep their order where their messages are older than versions', { skip: withoutMongo }, async (t) => {
  const newDatabase = await useMongo(t)
  const file = join(t.testdir(), 'original.db')
  const { people } = await settleTown(`file:${file}`)
  forgetVersions(file)
  const listAll = async (url: string) => (await look(url, people)).map(({ dialogs }) => dialogs)
  const lists = await listAll(`file:${file}`)
  let from = `file:${file}`
  for (const to of [newDatabase(t), `${from}.copy`]) {
    await copy([from, to], silent)
    t.same(await listAll(to), lists)
    from = to
  }
})
