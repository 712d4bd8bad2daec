import type { Document, ObjectId } from 'mongodb'
import type { Versions } from '../versions.js'
import { batchesOf, type OldCollections } from './old.js'

/**
 * Numbers the messages of the dialogs that are `unnumbered`, the dialog that was silent for the longest time first, so
 * that versions and positions follow the last messages.
 */
export async function numberMessages(old: OldCollections, versions: Versions): Promise<void> {
  const { conversations, messages } = old
  const temporary = await messages.createIndex({ conversationId: 1, date: 1, _id: 1 })
  for (;;) {
    // One by one, since a cursor would not outlive long histories.
    const dialog = await conversations.findOne({ unnumbered: { $type: 'date' } }, { sort: { unnumbered: 1 } })
    if (!dialog) break
    await numberDialog(old, versions, dialog._id)
    await finishDialog(old, dialog)
  }
  await messages.dropIndex(temporary)
  await conversations.dropIndex('unnumbered_1')
}

/** What has a number already are the first ones, whenever this was ended. */
async function numberDialog({ messages }: OldCollections, versions: Versions, conversationId: ObjectId) {
  let seq = await messages.countDocuments({ conversationId, seq: { $exists: true } })
  const unnumbered = messages.find({ conversationId, seq: null }, { projection: { _id: 1 } })
  for await (const batch of batchesOf(unnumbered.sort({ date: 1, _id: 1 }))) {
    let version = await versions.take(batch.length)
    const updates = batch.map(({ _id }) => {
      return { updateOne: { filter: { _id }, update: { $set: { seq: ++seq, version: ++version } } } }
    })
    await messages.bulkWrite(updates, { ordered: true })
  }
}

async function finishDialog({ conversations, messages }: OldCollections, dialog: Document) {
  const { _id, user1Tag, user2Tag } = dialog
  const last = await messages.findOne({ conversationId: _id }, { sort: { seq: -1 } })
  const [a, b] = await Promise.all([
    readUpTo(messages, dialog, user2Tag, dialog.readSeqA),
    readUpTo(messages, dialog, user1Tag, dialog.readSeqB)
  ])
  const fields = last && {
    lastSeq: last.seq,
    last: { _id: last._id, senderTag: last.senderTag, text: last.text, date: last.date },
    position: last.version,
    readSeqA: a.readSeq ?? last.seq,
    unreadA: a.unread,
    readSeqB: b.readSeq ?? last.seq,
    unreadB: b.unread
  }
  await conversations.updateOne({ _id }, { $set: { ...fields }, $unset: { unnumbered: '' } })
}

/** How far a side has read what the other one has sent; `readSeq` is undefined for everything. */
async function readUpTo(messages: OldCollections['messages'], { _id }: Document, senderTag: string, since: number) {
  const ofPeer = { conversationId: _id, senderTag }
  const unread = { ...ofPeer, seq: { $gt: since }, isRead: { $ne: true } }
  const first = await messages.findOne(unread, { projection: { seq: 1 }, sort: { seq: 1 } })
  if (!first) return { unread: 0 }
  return { readSeq: first.seq - 1, unread: await messages.countDocuments({ ...ofPeer, seq: { $gte: first.seq } }) }
}
