import type { ObjectId } from 'mongodb'
import { pairOf } from '../../pair.js'
import type { ReadMark } from '../../store.js'
import { type Collections, type ConversationDocument, sentByA } from '../collections.js'
import { repeatAtConflict } from '../duplicates.js'
import type { PendingMark } from './pendingWrites.js'
import type { MovedMark } from './unversionedChanges.js'

/** Sets the outcome of a read mark. */
export type MoveMark = (mark: PendingMark, dialog: ObjectId) => Promise<void>

const projection = { readSeqA: 1, readCountA: 1, readSeqB: 1, readCountB: 1, markRevision: 1 }

/** @param follow is told of a dialog whose move has no version yet */
export function createMoveMark({ conversations, messages }: Collections, follow: (moved: MovedMark) => void): MoveMark {
  /** Finds the newest message of a dialog up to a number, and the count of the messages up to it that the peer has sent. */
  async function findPlace(dialog: ObjectId, upToSeq: number, isReaderA: boolean) {
    const fields = { seq: 1, sent: 1, senderId: 1, users: 1 }
    const filter = { conversationId: dialog, seq: { $lte: upToSeq } }
    const message = await messages.findOne(filter, { projection: fields, sort: { seq: -1 } })
    if (!message) return { seq: 0, count: 0 }
    return { seq: message.seq, count: isReaderA ? message.seq - sentByA(message) : sentByA(message) }
  }

  return async (mark, dialog) => {
    const isReaderA = pairOf(mark.readerId, mark.peerId).isUserA
    const [readSeq, readCount] = isReaderA
      ? (['readSeqA', 'readCountA'] as const)
      : (['readSeqB', 'readCountB'] as const)
    const { upToSeq, endSeq } = mark
    const newest = findPlace(dialog, endSeq, isReaderA)
    const [end, place] = await Promise.all([newest, upToSeq < endSeq ? findPlace(dialog, upToSeq, isReaderA) : newest])
    // Guarded, so that it moves forward only, and only while something is unread.
    const guard = { _id: dialog, [readSeq]: { $lt: place.seq }, [readCount]: { $lt: end.count } }
    const update = {
      $set: { [readSeq]: place.seq, [readCount]: place.count, marked: null },
      $inc: { markRevision: 1 }
    }
    const moved = await repeatAtConflict(() =>
      conversations.findOneAndUpdate(guard, update, { returnDocument: 'after', projection })
    )
    if (moved) follow(moved)
    const present = moved ?? (await conversations.findOne({ _id: dialog }, { projection }))
    mark.outcome = outcomeOf(present as ConversationDocument, { readSeq, readCount }, end.count, moved !== null)
  }
}

interface Side {
  readSeq: 'readSeqA' | 'readSeqB'
  readCount: 'readCountA' | 'readCountB'
}

function outcomeOf(
  dialog: ConversationDocument,
  { readSeq, readCount }: Side,
  count: number,
  hasMoved: boolean
): ReadMark {
  // Another mark may have gone further since the messages were counted.
  return { hasMoved, upToSeq: dialog[readSeq], unreadCount: Math.max(0, count - dialog[readCount]) }
}
