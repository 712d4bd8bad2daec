import { Collection, ObjectId } from 'mongodb'
import t from 'tap'
import { openProcesses } from '../../../helpers/mongo/processes.js'
import { useMongo, withoutMongo } from '../../../helpers/mongod.js'

t.test('a read mark that the engine refuses refuses nothing else', { skip: withoutMongo }, async (t) => {
  const { store, ann, bob, cid, say, findDialog } = await openProcesses(t, (await useMongo(t))(t))
  await say('to bob')
  await store.messages.add({ sender: ann, receiverTag: cid.tag, text: 'to cid' })
  const dialog = await findDialog()
  const { findOneAndUpdate } = Collection.prototype
  t.intercept(Collection.prototype, 'findOneAndUpdate', {
    value: function (this: Collection, filter: { _id: unknown }, ...rest: never[]) {
      const isRefused = this.collectionName === 'conversations' && dialog.equals(filter._id as ObjectId)
      const update = isRefused ? [{ $set: { _id: new ObjectId() } }] : rest
      return Reflect.apply(findOneAndUpdate, this, [filter, ...update])
    } as unknown as typeof findOneAndUpdate
  })
  const [added, refused, marked] = await Promise.allSettled([
    say('more'),
    store.dialogs.markAsRead(bob._id, ann._id),
    store.dialogs.markAsRead(cid._id, ann._id)
  ])
  t.match(
    [added, refused, marked],
    [
      { value: { message: { text: 'more' }, needsPush: true } },
      { status: 'rejected' },
      { value: { hasMoved: true, unreadCount: 0 } }
    ]
  )
})
