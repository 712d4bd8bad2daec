import type { AppError } from '../../errors.js'
import { refusals } from '../refusals.js'
import type { AddedMessage, ReadMark, Store } from '../store.js'
import type { Claims } from './claims.js'
import type { Collections } from './collections.js'
import type { Identities } from './identities.js'
import { findIdleMarks } from './idleMarks.js'
import { type DialogWrite, type Letter, letterOf, pairOfWrite, type ReadWish, readWishOf } from './letters.js'
import { keyOfPair, type Pairs } from './pairs.js'
import type { DialogResult, Post } from './post.js'
import { createWriteQueue, type WriteQueue } from './writeQueue.js'

interface Parts {
  identities: Identities
  claims: Claims
  pairs: Pairs
  post: Post
  /** How long a write may wait for those before it. */
  maxWaitMs: number
}

const maxGroupWrites = 1000
// Of UTF-16: a document, which the journal is a part of, may have 16 MiB.
const maxGroupUnits = 1_000_000

const noMark: ReadMark = { hasMoved: false, unreadCount: 0, upToSeq: 0 }

interface DialogWrites extends Pick<Store, 'addMessage' | 'markAsRead'> {
  queue: WriteQueue<DialogWrite, DialogResult>
}

/** Messages and read marks: all that wait go together. */
export function createDialogWrites(collections: Collections, parts: Parts): DialogWrites {
  const { identities, claims, pairs, post, maxWaitMs } = parts

  async function address(letters: Letter[]) {
    const receivers = await identities.findByTags(letters.map(({ message }) => message.receiverTag))
    for (const letter of letters) {
      letter.receiver = receivers.get(letter.message.receiverTag)
      if (!letter.receiver) letter.refusal = refusals.unknownReceiver()
    }
  }

  async function findDialogs(letters: Letter[], wishes: ReadWish[]) {
    const opened = await pairs.open(letters.map(pairOfWrite))
    const found = await pairs.find(wishes.map(pairOfWrite))
    for (const write of letters) write.dialog = opened.get(keyOfPair(pairOfWrite(write)))
    for (const write of wishes) write.dialog = found.get(keyOfPair(pairOfWrite(write)))
  }

  async function writeTogether(writes: DialogWrite[]): Promise<(DialogResult | AppError)[]> {
    const letters = writes.filter((write) => write.kind === 'message')
    await address(letters)
    const addressed = letters.filter(({ receiver }) => receiver)
    await Promise.all([
      claims.claim(addressed),
      findDialogs(
        addressed,
        writes.filter((write) => write.kind === 'mark')
      )
    ])
    const deliverable = writes.filter(isDeliverable)
    const idle = await findIdleMarks(collections, deliverable)
    const delivered = await post.deliver(deliverable.filter((write) => !idle.has(write)))
    return writes.map((write) => delivered.get(write) ?? idle.get(write) ?? refusalOf(write) ?? noMark)
  }

  const queue = createWriteQueue<DialogWrite, DialogResult>({
    maxWaitMs,
    writeTogether,
    weightOf: (write) => 1 / maxGroupWrites + (write.kind === 'message' ? write.message.text.length / maxGroupUnits : 0)
  })

  return {
    queue,
    async addMessage(message, onAdded) {
      const added = (await queue.enter(letterOf(message))) as AddedMessage
      onAdded?.(added)
      return added
    },
    markAsRead: (readerId, peerId, upToSeq) => queue.enter(readWishOf(readerId, peerId, upToSeq)) as Promise<ReadMark>
  }
}

/** What is refused has no place, nor has a read mark without a dialog. */
function isDeliverable(write: DialogWrite): boolean {
  return write.dialog !== undefined && !refusalOf(write)
}

function refusalOf(write: DialogWrite): AppError | undefined {
  return write.kind === 'message' ? write.refusal : undefined
}
