import type { ObjectId } from 'mongodb'
import { pairOf } from '../../pair.js'
import type { ReadMark } from '../../records.js'
import { type Collections, type ConversationDocument, sentByA } from '../collections.js'
import { repeatAtConflict } from '../duplicates.js'
import type { MovedMark } from './followUps.js'

/** A read mark on its way into the store. */
export interface PendingMark {
  kind: 'mark'
  readerId: string
  peerId: string
  upToSeq: number
  /** The last message of the dialog when the mark was asked for, as far as this process knows. */
  endSeq: number
  outcome?: ReadMark | Error
}

type Side = typeof sideA | typeof sideB

const sideA = { readSeq: 'readSeqA', readCount: 'readCountA' } as const
const sideB = { readSeq: 'readSeqB', readCount: 'readCountB' } as const

const projection = { readSeqA: 1, readCountA: 1, readSeqB: 1, readCountB: 1, markRevision: 1 }

/**
 * Moves a read mark, and sets its outcome.
 *
 * @param follow is told of a dialog whose move has no version yet
 */
export function createMoveMark({ conversations, messages }: Collections, follow: (moved: MovedMark) => void) {
  /** Finds the newest message of a dialog up to a number, and counts the messages of the peer up to it. */
  async function findPlace(dialog: ObjectId, upToSeq: number, isReaderA: boolean) {
    const fields = { seq: 1, sent: 1, senderId: 1, users: 1 }
    const filter = { conversationId: dialog, seq: { $lte: upToSeq } }
    const message = await messages.findOne(filter, { projection: fields, sort: { seq: -1 } })
    if (!message) return { seq: 0, count: 0 }
    return { seq: message.seq, count: isReaderA ? message.seq - sentByA(message) : sentByA(message) }
  }

  return async (mark: PendingMark, dialog: ObjectId): Promise<void> => {
    const isReaderA = pairOf(mark.readerId, mark.peerId).isUserA
    const side = isReaderA ? sideA : sideB
    const { readSeq, readCount } = side
    const { upToSeq, endSeq } = mark
    const newest = findPlace(dialog, endSeq, isReaderA)
    const [end, place] = await Promise.all([newest, upToSeq < endSeq ? findPlace(dialog, upToSeq, isReaderA) : newest])
    // The guard lets a mark move forward only, and only while something is unread.
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
    mark.outcome = outcomeOf(present as ConversationDocument, side, end.count, moved !== null)
  }
}

function outcomeOf(dialog: ConversationDocument, side: Side, count: number, hasMoved: boolean): ReadMark {
  // Another mark may have gone further since the messages were counted.
  return { hasMoved, upToSeq: dialog[side.readSeq], unreadCount: Math.max(0, count - dialog[side.readCount]) }
}
