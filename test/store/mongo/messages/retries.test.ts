import { ObjectId } from 'bson'
import t, { type Test } from 'tap'
import { AppError } from '../../../../src/errors.js'
import { openProcesses } from '../../../helpers/mongo/processes.js'
import { useMongo, withoutMongo } from '../../../helpers/mongod.js'
import { type Command, openMongoWire } from '../../../helpers/mongoWire.js'

const retried = 60

async function openOnWire(t: Test, url: string) {
  const wire = await openMongoWire(t, url)
  return { wire, processes: await openProcesses(t, url, wire.url) }
}

const textsOf = (count: number) => Array.from({ length: count }, (_, number) => `old ${number}`)

/** The commands before the answers, in the order of names; the versions of messages come later. */
function commandsBefore(asked: Command[]): string[] {
  const later = ['update messages', 'update conversations', 'findAndModify settings']
  return asked
    .map(({ name, collection }) => `${name} ${collection}`)
    .filter((name) => !later.includes(name))
    .sort()
}

t.test('messages that are sent again', { skip: withoutMongo }, async (t) => {
  const newDatabase = await useMongo(t)

  t.test('by a reconnecting client are looked up together, and delay no other message', async (t) => {
    const { wire, processes } = await openOnWire(t, newDatabase(t))
    const { store, bob, cid, say, history } = processes
    const first = await Promise.all(textsOf(retried).map((text) => say(text, text)))
    const sayAsBob = (text: string) => store.messages.add({ sender: bob, receiverTag: cid.tag, text })
    await sayAsBob('before')
    await store.updates.newestCursor()

    const asked = wire.record()
    const [before, again, between, other] = await Promise.all([
      sayAsBob('one'),
      Promise.all(textsOf(retried).map((text) => say(text, text))),
      say('new'),
      sayAsBob('two')
    ])
    const keysAndTails = Array(2).fill('find messages')
    t.same(commandsBefore(asked), [...keysAndTails, 'insert messages', 'insert messages'])
    t.same(
      again.map(({ message }) => message),
      first.map(({ message }) => message),
      'the results are the first ones'
    )
    t.match(again, Array(retried).fill({ isDuplicate: true, needsPush: false }))
    t.match(
      [before, between, other],
      [
        { isDuplicate: false, message: { seq: 2 } },
        { isDuplicate: false, message: { text: 'new', seq: retried + 1 } },
        { isDuplicate: false, message: { seq: 3 } }
      ]
    )
    t.equal((await history()).length, retried + 1)
  })

  t.test('are stored where only some were, each with its first result', async (t) => {
    const { processes } = await openOnWire(t, newDatabase(t))
    const { say, join, history } = processes
    const odd = textsOf(retried).filter((_, index) => index % 2 === 1)
    const first = new Map(await Promise.all(odd.map(async (text) => [text, await say(text, text)] as const)))
    const by = await join()
    const again = await Promise.all(textsOf(retried).map((text) => say(text, text, by)))
    const even = again.filter(({ message }) => !first.has(message.text))
    t.match(even, Array(retried / 2).fill({ isDuplicate: false, needsPush: true }))
    t.same(
      even.map(({ message }) => message.seq),
      even.map((_, index) => retried / 2 + 1 + index),
      'in order'
    )
    for (const { message, isDuplicate } of again) {
      const known = first.get(message.text)
      if (known) t.same([isDuplicate, message], [true, known.message])
    }
    t.equal(new Set(await history()).size, retried)
  })

  t.test('with the same key but another text are refused, and no other message is', async (t) => {
    const { processes } = await openOnWire(t, newDatabase(t))
    const { say, history } = processes
    await say('hello', 'id')
    const [one, bye, hello, two] = await Promise.allSettled([
      say('one'),
      say('bye', 'id'),
      say('hello', 'id'),
      say('two')
    ])
    t.match(
      [one, bye, hello, two],
      [
        { value: { isDuplicate: false, message: { seq: 2 } } },
        { reason: new AppError('conflict', 'This clientMessageId belongs to another message.') },
        { value: { isDuplicate: true, message: { seq: 1 } } },
        { value: { isDuplicate: false, message: { seq: 3 } } }
      ]
    )
    t.same(await history(), ['1 hello', '2 one', '3 two'])
  })

  t.test('after an insert without a clear outcome are stored once, and pushed', async (t) => {
    const { wire, processes } = await openOnWire(t, newDatabase(t))
    const { say, history } = processes
    await say('before')
    await processes.store.updates.newestCursor()
    wire.onceWritten(1, wire.cut)
    const texts = textsOf(5)
    const refused = await Promise.allSettled(texts.map((text) => say(text, text)))
    t.match(refused, Array(5).fill({ status: 'rejected' }))
    const [next, ...again] = await Promise.all([say('next'), ...texts.map((text) => say(text, text))])
    t.match(again, Array(5).fill({ needsPush: true }))
    t.match(next, { isDuplicate: false })
    t.match(
      await Promise.all(texts.map((text) => say(text, text))),
      Array(5).fill({ isDuplicate: true, needsPush: false })
    )
    t.same(await history(), ['1 before', ...texts.map((text, index) => `${index + 2} ${text}`), '7 next'])
  })

  t.test('that a process has left without a version are pushed, others are not', async (t) => {
    const { processes } = await openOnWire(t, newDatabase(t))
    const { store, bob, say, join, leave } = processes
    const cursor = await store.updates.newestCursor()
    const told = await say('told', 'told')
    t.match(await say('told', 'told'), { isDuplicate: true, needsPush: false, message: told.message })
    const left = await leave('left', 'left')
    const by = await join()
    const place = { _id: String(left._id), seq: 2 }
    t.match(await say('left', 'left', by), { isDuplicate: true, needsPush: true, message: place })
    t.match(await say('left', 'left', by), { isDuplicate: true, needsPush: false, message: place })
    t.match(await by.updates.list(bob._id, cursor, 9), { messages: [{ text: 'told' }, { text: 'left' }] })
    t.equal(await processes.collections.messages.countDocuments({ _id: new ObjectId(place._id) }), 1)
  })
})
