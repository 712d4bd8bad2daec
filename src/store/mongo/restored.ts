import type { ObjectId } from 'mongodb'
import { type Collections, type ConversationDocument, type MessageDocument, sentByA } from './collections.js'
import { insertNew } from './duplicates.js'
import { emptyDialog } from './messages/addresses.js'
import { hasVersions } from './versions.js'

/**
 * Brings the dialogs of a restored database in line with their messages: a dump may not be of one instant. The collection
 * `epochs` of a restored database is empty, as the recipe of a restore says.
 */
export async function alignRestored(collections: Collections): Promise<void> {
  const { epochs, conversations, messages } = collections
  if ((await epochs.findOne()) || !(await hasVersions(collections))) return
  await addMissing(collections)
  for await (const dialog of conversations.find()) {
    const { _id, lastSeq, lastId } = dialog
    const [last, newest, completed] = await Promise.all([
      messages.findOne({ _id: lastId as ObjectId }),
      findNewest(collections, _id),
      findNewest(collections, _id, { version: { $gt: 0 } })
    ])
    // Readers complete the messages behind a dialog that has its last message.
    if (last && completed && completed.seq <= lastSeq) continue
    // The filter skips a dialog that another process has aligned.
    await conversations.updateOne({ _id, lastSeq }, { $set: { ...progressOf(completed), ...marksOf(dialog, newest) } })
  }
}

/** Adds the dialogs of messages that have none. */
async function addMissing({ users, conversations, messages }: Collections): Promise<void> {
  const order = { projection: { conversationId: 1, users: 1 }, sort: { conversationId: 1, seq: 1 } as const }
  let message = await messages.findOne({}, order)
  while (message) {
    const { conversationId: _id, users: pair } = message
    if (!(await conversations.findOne({ _id }, { projection: { _id: 1 } }))) {
      const found = await users.find({ _id: { $in: pair } }, { projection: { tag: 1 } }).toArray()
      const [user1Tag = '', user2Tag = ''] = pair.map((user) => found.find((one) => one._id.equals(user))?.tag)
      const [a, b] = pair.map(String) as [string, string]
      await insertNew(conversations, [{ ...emptyDialog({ a, b, user1Tag, user2Tag }), _id }])
    }
    message = await messages.findOne({ conversationId: { $gt: _id } }, order)
  }
}

function findNewest({ messages }: Collections, conversationId: ObjectId, filter: object = {}) {
  return messages.findOne({ conversationId, ...filter }, { sort: { seq: -1 } })
}

/** @param message the newest one that has a version */
function progressOf(message: MessageDocument | null) {
  if (!message) return { lastSeq: 0, lastId: null, sentByA: 0, position: 0, lastVersions: [] }
  const position = message.version as number
  return { lastSeq: message.seq, lastId: message._id, sentByA: sentByA(message), position, lastVersions: [position] }
}

/** Lowers marks beyond the newest message: nobody has read the messages that get those numbers next. */
function marksOf(dialog: ConversationDocument, message: MessageDocument | null) {
  const seq = message?.seq ?? 0
  const fromA = message ? sentByA(message) : 0
  return {
    ...(dialog.readSeqA > seq && { readSeqA: seq, readCountA: seq - fromA }),
    ...(dialog.readSeqB > seq && { readSeqB: seq, readCountB: fromA })
  }
}
