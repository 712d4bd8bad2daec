import type { Document } from 'mongodb'
import t, { type Test } from 'tap'
import { openProcesses } from '../../helpers/mongo/processes.js'
import { useMongo, withoutMongo } from '../../helpers/mongod.js'
import { type Command, openMongoWire } from '../../helpers/mongoWire.js'

const maxAddedEntries = 10

async function openOnWire(t: Test, url: string) {
  const wire = await openMongoWire(t, url)
  const processes = await openProcesses(t, url, wire.url)
  await processes.say('a first message')
  await processes.store.updates.newestCursor()
  return { ...processes, wire }
}

/** Holds replies until so many commands are on their way at the same time; then until so many more are. */
function inRounds(sizes: number[]): (command: Command) => Promise<void> | undefined {
  let release = () => {}
  let begun: Promise<void> | undefined
  let missing = 0
  return () => {
    if (!begun) {
      missing = sizes.shift() ?? 0
      if (missing === 0) return undefined
      begun = new Promise((resolve) => {
        release = resolve
      })
    }
    const round = begun
    if (--missing === 0) {
      begun = undefined
      release()
    }
    return round
  }
}

const namesOf = (asked: Command[]) => asked.map(({ name, collection }) => `${name} ${collection}`)

/** Index entries that a document has in indexes over certain fields: one for each element of an array. */
function entriesOf(indexes: Document[], document: Document, isCounted: (fields: string[]) => boolean): number {
  const counted = indexes.map(({ key }) => Object.keys(key)).filter(isCounted)
  const entries = counted.map((fields) => fields.flatMap((field) => [document[field]].flat().length))
  return entries.reduce((sum, counts) => sum + counts.reduce((product, count) => product * count, 1), 0)
}

t.test('the cost of a message', { skip: withoutMongo }, async (t) => {
  const newDatabase = await useMongo(t)

  t.test('a message into a known dialog takes four commands, and writes its text once', async (t) => {
    const { wire, say, store } = await openOnWire(t, newDatabase(t))
    const asked = wire.record()
    await say('a text')
    await store.updates.newestCursor()
    const [first, ...rest] = asked as [Command, ...Command[]]
    t.same(namesOf(asked), [
      'insert messages',
      'findAndModify settings',
      'update conversations',
      'update messages',
      // For the cursor.
      'find settings'
    ])
    t.match(first.items(), [{ text: 'a text' }])
    t.notMatch(JSON.stringify(rest.map((command) => command.items())), /a text/)
  })

  t.test('a group is answered after one insert, before the derived writes', async (t) => {
    const { wire, say, store } = await openOnWire(t, newDatabase(t))
    const asked = wire.record()
    let release = () => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    wire.holdReplies(({ name }) => (name === 'insert' ? undefined : released))
    const texts = Array.from({ length: 50 }, (_, number) => `${number}`)
    await Promise.all(texts.map((text) => say(text)))
    const inserts = asked.filter(({ name }) => name === 'insert')
    t.equal(inserts.length, 1)
    t.equal(inserts[0]?.items().length, texts.length)
    release()
    await store.updates.newestCursor()
    t.ok(asked.length <= 5, 'the derived writes cost as much as for one message')
  })

  t.test('a group with conflicts is answered after three round trips', async (t) => {
    const { wire, say, leave, store } = await openOnWire(t, newDatabase(t))
    const warm = ['1', '2', '3'].map((text) => say(text, text))
    await Promise.all([...warm, ...['1', '2', '3'].map((text) => say(text, text))])
    await store.updates.newestCursor()
    await leave('of another process')
    const asked = wire.record()
    // The keys, the read marks and the newest message are read at the same time.
    wire.holdReplies(inRounds([1, 3, 1]))
    t.match(await Promise.all([say('new'), say('1', '1'), say('2', '2'), say('newer')]), [
      { isDuplicate: false, message: { seq: 6 } },
      { isDuplicate: true },
      { isDuplicate: true },
      { isDuplicate: false, message: { seq: 7 } }
    ])
    t.equal(asked.filter(({ name }) => name === 'insert').length, 2)
  })

  t.test('a message adds at most ten index entries', async (t) => {
    const { wire, say, store, collections } = await openOnWire(t, newDatabase(t))
    const asked = wire.record()
    await say('a text')
    await store.updates.newestCursor()
    const entries = asked.flatMap((command) => {
      return command.items().map((item) => ({ name: command.collection, changes: (item.u as Document)?.$set ?? item }))
    })
    let added = 0
    for (const { name, changes } of entries.filter(({ name }) => name !== 'settings')) {
      const collection = name === 'messages' ? collections.messages : collections.conversations
      const document = { ...(await collection.findOne({})), ...changes }
      const isTouched = (fields: string[]) => fields.some((field) => field in changes)
      added += entriesOf(await collection.indexes(), document, isTouched)
    }
    t.comment(`${added} index entries`)
    t.ok(added > 0 && added <= maxAddedEntries)
  })
})

t.test('the cost of updates when nothing is new for the user', { skip: withoutMongo }, async (t) => {
  const { wire, store, ann, bob, cid, say } = await openOnWire(t, (await useMongo(t))(t))
  const cases = [
    { why: 'nothing has changed anywhere', rounds: [4], change: async () => {} },
    { why: 'others have written', rounds: [4, 3], change: () => say('to bob') },
    {
      why: 'a stranger has another name',
      rounds: [4, 4],
      change: () => store.users.update(ann._id, { firstName: 'Nova' })
    },
    {
      why: 'both',
      rounds: [4, 4],
      change: () => Promise.all([say('again'), store.users.update(bob._id, { firstName: 'Bo' })])
    }
  ]
  for (const { why, rounds, change } of cases) {
    const cursor = await store.updates.newestCursor()
    await change()
    await store.updates.newestCursor()
    // This opens enough connections.
    await store.updates.list(cid._id, cursor, 9)
    const asked = wire.record()
    wire.holdReplies(inRounds([...rounds]))
    const { messages, dialogs, users } = await store.updates.list(cid._id, cursor, 9)
    t.same([messages, dialogs, users], [[], [], []])
    t.equal(
      asked.length,
      rounds.reduce((sum, count) => sum + count),
      why
    )
  }
})
