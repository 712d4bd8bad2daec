import { MongoClient, ObjectId } from 'mongodb'
import t, { type Test } from 'tap'
import { collectionsOf, createIndexes } from '../../../src/store/mongo/collections.js'
import { type Letter, letterOf, readWishOf } from '../../../src/store/mongo/letters.js'
import { emptyDialog } from '../../../src/store/mongo/pairs.js'
import { createPost } from '../../../src/store/mongo/post.js'
import { createSettler } from '../../../src/store/mongo/settler.js'
import { takeOver } from '../../../src/store/mongo/takeOver.js'
import { openVersions } from '../../../src/store/mongo/versions.js'
import { pairOf } from '../../../src/store/pair.js'
import { useMongo, withoutMongo } from '../../mongod.js'

const newUser = (tag: string) => ({ _id: new ObjectId().toHexString(), tag })

/** Ann and Bob in front of an empty dialog. */
async function openDialog(t: Test, url: string) {
  const client = new MongoClient(url)
  t.teardown(() => client.close())
  const collections = collectionsOf(client.db())
  await createIndexes(collections)
  const settler = createSettler(collections, await openVersions(collections))
  const [ann, bob] = [newUser('@ann'), newUser('@bob')]
  const { a, b, isUserA } = pairOf(ann._id, bob._id)
  const [user1Tag, user2Tag] = isUserA ? [ann.tag, bob.tag] : [bob.tag, ann.tag]
  const dialog = emptyDialog({ a, b, user1Tag, user2Tag })
  await collections.conversations.insertOne(dialog)

  const write = (text: string, claim: Partial<Letter> & { clientMessageId?: string } = {}): Letter => {
    const { clientMessageId, ...rest } = claim
    const message = { senderId: ann._id, receiverTag: bob.tag, text }
    const letter = letterOf(clientMessageId === undefined ? message : { ...message, clientMessageId })
    return { ...letter, receiver: bob, dialog: dialog._id, ...rest }
  }
  return {
    write,
    bobReads: () => ({ ...readWishOf(bob._id, ann._id, undefined), dialog: dialog._id }),
    /** What another process does that has been sent the same message. */
    takeOverElsewhere: (letter: Letter) => takeOver(collections, [letter]),
    post: createPost(collections, settler),
    async find() {
      await settler.settle([dialog._id])
      const messages = await collections.messages.find({ conversationId: dialog._id }).sort({ seq: 1 }).toArray()
      const found = await collections.conversations.findOne({ _id: dialog._id })
      return { texts: messages.map(({ text }) => text), unread: (found?.unreadA ?? 0) + (found?.unreadB ?? 0) }
    }
  }
}

t.test('a message that another process has stored while this one was about to', { skip: withoutMongo }, async (t) => {
  const newDatabase = await useMongo(t)

  t.test('does not take a read mark with it', async (t) => {
    const { write, bobReads, takeOverElsewhere, post, find } = await openDialog(t, newDatabase(t))
    const hello = write('hello', { clientMessageId: 'one' })
    await takeOverElsewhere(hello)
    const mark = bobReads()
    const results = await post.deliver([hello, mark])
    t.match(results.get(hello), { isDuplicate: true })
    t.match(results.get(mark), { hasMoved: true, unreadCount: 0, upToSeq: 1 })
    t.same(await find(), { texts: ['hello'], unread: 0 })
  })

  t.test('does not change the order of the others', async (t) => {
    const { write, takeOverElsewhere, post, find } = await openDialog(t, newDatabase(t))
    const known = write('known', { clientMessageId: 'one' })
    await takeOverElsewhere(known)
    const lost = write('two', { clientMessageId: 'two', isClaimed: false })
    const results = await post.deliver([write('one'), known, lost, write('three')])
    t.same(
      [...results.values()].map((result) => 'isDuplicate' in result && result.isDuplicate),
      [false, true, false, false]
    )
    t.same(await find(), { texts: ['known', 'one', 'two', 'three'], unread: 4 })
  })
})
