import t from 'tap'
import { readWishOf } from '../../../src/store/mongo/letters.js'
import { createPost } from '../../../src/store/mongo/post.js'
import { push } from '../../../src/store/mongo/push.js'
import { createSettler } from '../../../src/store/mongo/settler.js'
import { takeOver } from '../../../src/store/mongo/takeOver.js'
import { openVersions } from '../../../src/store/mongo/versions.js'
import { useMongo, withoutMongo } from '../../mongod.js'
import { letterToBob, openProcesses } from './processes.js'

t.test("processes that get in each other's way", { skip: withoutMongo }, async (t) => {
  const newDatabase = await useMongo(t)

  t.test('who applies a journal at the same time as another one does no harm', async (t) => {
    const processes = await openProcesses(t, newDatabase(t))
    const { ann, bob, store, collections, say, history } = processes
    await say('first')
    const cursor = await store.newestCursor()
    await push(collections, [await letterToBob(processes, 'second'), await letterToBob(processes, 'third')])
    const dialog = (await letterToBob(processes, '')).dialog
    const versions = await openVersions(collections)
    const other = createSettler(collections, versions)
    const slow = createSettler(collections, {
      ...versions,
      async take(count) {
        const taken = await versions.take(count)
        await other.settle([dialog])
        await push(collections, [await letterToBob(processes, 'fourth')])
        return taken
      }
    })
    await slow.settle([dialog])
    t.same(await history(), ['1 first', '2 second', '3 third', '4 fourth'])
    const { messages } = await store.listUpdates(bob._id, cursor, 99)
    t.same(
      messages.map(({ text }) => text),
      ['second', 'third', 'fourth']
    )
    t.match(await store.listDialogs(ann._id, 0, 9), [{ lastMessage: { text: 'fourth', seq: 4 }, unreadOutgoing: 4 }])
  })

  t.test('a message that was claimed and not stored is stored when it is sent again, in its place', async (t) => {
    const processes = await openProcesses(t, newDatabase(t))
    const { say, history } = processes
    await say('first')
    await letterToBob(processes, 'lost', 'id')
    const [second, lost, third] = await Promise.all([say('second'), say('lost', 'id'), say('third')])
    t.match([second, lost, third], Array(3).fill({ isDuplicate: false }))
    t.match(await say('lost', 'id'), { isDuplicate: true, message: { _id: lost.message._id, seq: 3 } })
    t.same(await history(), ['1 first', '2 second', '3 lost', '4 third'])
  })

  t.test('a message that is in a journal is not stored again', async (t) => {
    const processes = await openProcesses(t, newDatabase(t))
    const { say, history, collections } = processes
    await say('first')
    const letter = await letterToBob(processes, 'second', 'id')
    await push(collections, [letter])
    t.match(await say('second', 'id'), { isDuplicate: true, message: { _id: String(letter._id), seq: 2 } })
    t.same(await history(), ['1 first', '2 second'])
  })

  t.test('who comes too late with a message finds it stored by another process', async (t) => {
    const processes = await openProcesses(t, newDatabase(t))
    const { ann, bob, collections, say, history } = processes
    await say('first')
    const late = await letterToBob(processes, 'second', 'id')
    t.match(await say('second', 'id'), { isDuplicate: false })
    await history()

    const post = createPost(collections, createSettler(collections, await openVersions(collections)))
    const after = await letterToBob(processes, 'third')
    const wish = { ...readWishOf(bob._id, ann._id, undefined), dialog: late.dialog }
    const delivered = await post.deliver([late, after, wish])
    t.match(delivered.get(late), { isDuplicate: true, message: { _id: String(late._id), seq: 2 } })
    t.match(delivered.get(after), { isDuplicate: false, message: { seq: 3 } })
    t.match(delivered.get(wish), { hasMoved: true, upToSeq: 3, unreadCount: 0 })
    t.same(await history(), ['1 first', '2 second', '3 third'])
  })

  t.test('a push of which nobody knows who refused it is an error', async (t) => {
    const processes = await openProcesses(t, newDatabase(t))
    await processes.say('first')
    const letter = await letterToBob(processes, 'second', 'id')
    t.same(await push(processes.collections, [letter]), [])
    const unknown = { message: 'It is not known which writes other processes have made.' }
    await t.rejects(push(processes.collections, [letter]), unknown)
    t.same(await processes.history(), ['1 first', '2 second'])
  })

  t.test('nothing is taken over that has been applied between the look and the write', async (t) => {
    const processes = await openProcesses(t, newDatabase(t))
    const { collections, say, history, store, ann, bob } = processes
    await say('first')
    const letter = await letterToBob(processes, 'second', 'id')
    const { messages } = collections
    const find = messages.find.bind(messages) as typeof messages.find
    let isFirst = true
    t.intercept(messages, 'find', {
      value: ((...args: Parameters<typeof find>) => {
        if (!isFirst) return find(...args)
        isFirst = false
        return (async function* () {
          yield* find(...args)
          await push(collections, [letter])
          await store.listMessages(ann._id, bob._id, 0, 1)
        })()
      }) as unknown as typeof messages.find
    })
    t.same(await takeOver(collections, [letter]), [])
    t.same(await history(), ['1 first', '2 second'])
  })

  t.test('a read mark that another process has applied is one that has moved', async (t) => {
    const processes = await openProcesses(t, newDatabase(t))
    const { ann, bob, collections, say, store } = processes
    await say('first')
    await store.listDialogs(ann._id, 0, 1)
    const { conversations } = collections
    const bulkWrite = conversations.bulkWrite.bind(conversations)
    const dialog = (await letterToBob(processes, '')).dialog
    const settler = createSettler({ ...collections }, await openVersions(collections))
    let isFirst = true
    t.intercept(conversations, 'bulkWrite', {
      value: (async (...args: Parameters<typeof bulkWrite>) => {
        const written = await bulkWrite(...args)
        if (isFirst) {
          isFirst = false
          await settler.settle([dialog])
        }
        return written
      }) as typeof bulkWrite
    })
    const post = createPost(collections, settler)
    const wish = { ...readWishOf(bob._id, ann._id, undefined), dialog }
    const delivered = await post.deliver([wish])
    t.same(delivered.get(wish), { hasMoved: true, upToSeq: 1, unreadCount: 0 })
  })
})
