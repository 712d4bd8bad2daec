import type { Document, ObjectId } from 'mongodb'
import { type MessageDocument, sentByA } from '../../store/mongo/collections.js'
import type { Versions } from '../../store/mongo/versions.js'
import { batchesOf, type OldCollections } from './legacy.js'

/**
 * Numbers the messages of the dialogs that are `unnumbered`, in the order of their last messages, which versions and positions
 * then follow.
 */
export async function numberMessages(old: OldCollections, versions: Versions): Promise<void> {
  const { conversations, messages } = old
  const temporary = await messages.createIndex({ conversationId: 1, date: 1, _id: 1 })
  for (;;) {
    // One query for each dialog, because a cursor would expire during long histories.
    const dialog = await conversations.findOne({ unnumbered: { $type: 'date' } }, { sort: { unnumbered: 1 } })
    if (!dialog) break
    await numberDialog(old, versions, dialog)
    await finishDialog(old, dialog)
  }
  await messages.dropIndex(temporary)
  await conversations.dropIndex('unnumbered_1')
}

/** Numbers a dialog's messages in order. After an interrupted run the first ones have their numbers. */
async function numberDialog({ messages }: OldCollections, versions: Versions, { _id, a }: Document) {
  const last = await findLast(messages, _id)
  let seq = last?.seq ?? 0
  let byA = last ? sentByA(last) : 0
  const unnumbered = messages.find({ conversationId: _id, seq: null }, { projection: { senderId: 1 } })
  for await (const batch of batchesOf(unnumbered.sort({ date: 1, _id: 1 }))) {
    let version = await versions.take(batch.length)
    const updates = batch.map((message) => {
      seq++
      const isFromA = message.senderId.equals(a)
      if (isFromA) byA++
      const fields = { seq, sent: isFromA ? byA : seq - byA, version: ++version }
      return { updateOne: { filter: { _id: message._id }, update: { $set: fields } } }
    })
    await messages.bulkWrite(updates, { ordered: true })
  }
}

function findLast(messages: OldCollections['messages'], conversationId: ObjectId) {
  return messages.findOne({ conversationId, seq: { $gt: 0 } }, { sort: { seq: -1 } }) as Promise<MessageDocument | null>
}

async function finishDialog({ conversations, messages }: OldCollections, dialog: Document) {
  const { _id, a, b } = dialog
  const [last, firstOfB, firstOfA] = await Promise.all([
    findLast(messages, _id),
    findUnread(messages, dialog, b, dialog.readSeqA),
    findUnread(messages, dialog, a, dialog.readSeqB)
  ])
  const fields = last && {
    lastSeq: last.seq,
    lastId: last._id,
    sentByA: sentByA(last),
    position: last.version,
    lastVersions: [last.version],
    readSeqA: firstOfB ? firstOfB.seq - 1 : last.seq,
    readCountA: firstOfB ? firstOfB.sent - 1 : last.seq - sentByA(last),
    readSeqB: firstOfA ? firstOfA.seq - 1 : last.seq,
    readCountB: firstOfA ? firstOfA.sent - 1 : sentByA(last)
  }
  await conversations.updateOne({ _id }, { $set: { ...fields }, $unset: { unnumbered: '' } })
}

/** Finds the first message of a sender that the other side has not read. */
function findUnread(messages: OldCollections['messages'], { _id }: Document, senderId: ObjectId, since: number) {
  const unread = { conversationId: _id, senderId, seq: { $gt: since }, isRead: { $ne: true } }
  return messages.findOne(unread, { projection: { seq: 1, sent: 1 }, sort: { seq: 1 } })
}
