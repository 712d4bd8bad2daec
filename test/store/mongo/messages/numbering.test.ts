import { ObjectId } from 'bson'
import t from 'tap'
import { collectionsOf, createIndexes, type MessageDocument } from '../../../../src/store/mongo/collections.js'
import { connectToDatabase } from '../../../../src/store/mongo/connect.js'
import { createTails } from '../../../../src/store/mongo/messages/numbering.js'
import { createWrites } from '../../../../src/store/mongo/messages/writes.js'
import { useMongo, withoutMongo } from '../../../helpers/mongod.js'

t.test('the tails of dialogs', { skip: withoutMongo }, async (t) => {
  const { client, database } = await connectToDatabase((await useMongo(t))(t), () => {})
  t.teardown(() => client.close())
  const collections = collectionsOf(database)
  await createIndexes(collections)
  const tails = createTails(collections)
  const [one, other, empty] = [new ObjectId(), new ObjectId(), new ObjectId()]
  const users: [ObjectId, ObjectId] = [new ObjectId(), new ObjectId()]
  const store = (dialog: ObjectId, from: number, to: number) => {
    const documents = Array.from({ length: to - from + 1 }, (_, index): MessageDocument => {
      const [_id, seq] = [new ObjectId(), from + index]
      const fields = { senderId: users[0], text: '', date: new Date(seq), seq, sent: seq, version: seq, revision: 1 }
      return { _id, key: _id, conversationId: dialog, users, ...fields }
    })
    return collections.messages.insertMany(documents)
  }
  const seqs = async (dialogs: ObjectId[]) => [...(await tails.load(dialogs)).values()].map(({ seq }) => seq)
  const all = [one, other, empty]

  await store(one, 1, 2)
  await store(other, 1, 1)
  t.same(await seqs(all), [2, 1, 0])

  t.test('are read again together', async (t) => {
    await store(one, 3, 3)
    await store(other, 2, 4)
    t.same(await seqs(all), [2, 1, 0], 'as far as they are known')
    await tails.reload(all)
    t.same(await seqs(all), [3, 4, 0])
  })

  t.test('are read one by one where very many messages are newer', async (t) => {
    await store(one, 4, 2100)
    await tails.reload(all)
    t.same(await seqs(all), [2100, 4, 0])
  })

  t.test('are read one by one where they were forgotten', async (t) => {
    await store(other, 5, 5)
    tails.forget()
    await tails.reload(all)
    t.same(await seqs(all), [2100, 5, 0])
    await tails.reload([one])
    t.same(await seqs([one]), [2100])
  })
})

t.test('a message whose dialog the database does not show is refused', async (t) => {
  const bob = { _id: new ObjectId().toHexString(), tag: '@bob' }
  const { add } = createWrites({
    identities: { findByTag: async () => bob, findByTags: async () => new Map([[bob.tag, bob]]) },
    pairs: { find: async () => new Map(), open: async () => new Map() },
    commitGroup: () => Promise.reject(new Error('nothing is to be stored')),
    moveMark: () => Promise.reject(new Error('nothing is to be marked')),
    untilRoom: async () => {},
    observer: {},
    maxWaitMs: 1000
  })
  const message = { sender: { _id: new ObjectId().toHexString(), tag: '@ann' }, receiverTag: bob.tag, text: 'hello' }
  await t.rejects(add(message), { message: 'The database does not show a dialog that it has.' })
})
