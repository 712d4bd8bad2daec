import { performance } from 'node:perf_hooks'
import pLimit from 'p-limit'
import { pairOf } from '../../pair.js'
import type { AddedMessage, ReadMark } from '../../records.js'
import { refusals } from '../../refusals.js'
import type { DialogStore, MessageStore, StoreObserver } from '../../store.js'
import { createWriteQueue, type WriteQueue } from '../../writeQueue.js'
import { type Identities, keyOfPair, type Pairs } from './addresses.js'
import type { createCommitGroup } from './commitGroup.js'
import { type AddressedMessage, addressedTo, type PendingMessage, pendingMessage } from './numbering.js'
import type { createMoveMark, PendingMark } from './readMarks.js'

type PendingWrite = PendingMessage | PendingMark
type Outcome = AddedMessage | ReadMark

interface Parts {
  identities: Identities
  pairs: Pairs
  commitGroup: ReturnType<typeof createCommitGroup>
  moveMark: ReturnType<typeof createMoveMark>
  /** Resolves when there is room for more messages. */
  untilRoom(): Promise<void>
  observer: StoreObserver
  /** Maximum time that a write waits for those before it, in milliseconds. */
  maxWaitMs: number
}

const maxGroupWrites = 1000
// Fewer than the connections that there may be: other calls wait for them, too.
const maxMarksAtATime = 50
// In UTF-16 units: MongoDB takes at most 48 MB at once.
const maxGroupUnits = 1_000_000

const noMark: ReadMark = { hasMoved: false, unreadCount: 0, upToSeq: 0 }

interface Writes extends Pick<MessageStore, 'add'>, Pick<DialogStore, 'markAsRead'> {
  queue: WriteQueue<PendingWrite, Outcome>
}

/** Writes messages and read marks: all that wait go together. */
export function createWrites(parts: Parts): Writes {
  const { identities, pairs, commitGroup, untilRoom, observer, maxWaitMs } = parts

  async function address(writes: PendingWrite[]): Promise<AddressedMessage[]> {
    const pending = writes.filter((write) => write.kind === 'message')
    const receivers = await identities.findByTags(pending.map(({ message }) => message.receiverTag))
    const addressed = pending.flatMap((write) => {
      const receiver = receivers.get(write.message.receiverTag)
      if (!receiver) write.outcome = refusals.unknownReceiver()
      return receiver ? addressedTo(write, receiver) : []
    })
    const dialogs = await pairs.open(addressed.map(({ pair }) => pair))
    return addressed.flatMap((one) => {
      const dialog = dialogs.get(keyOfPair(one.pair))
      if (!dialog) one.write.outcome = new Error('The database does not show a dialog that it has.')
      return dialog ? { ...one, dialog } : []
    })
  }

  async function writeTogether(
    writes: PendingWrite[],
    answer: (outcomes: (Outcome | Error | undefined)[]) => void
  ): Promise<(Outcome | Error)[]> {
    await untilRoom()
    const start = performance.now()
    const addressed = await address(writes)
    if (addressed.length > 0) await commitGroup(addressed)
    // The answers of messages do not wait for the read marks of their group.
    if (addressed.length < writes.length) answer(writes.map(({ outcome }) => outcome))
    await moveMarks(writes, parts)
    const outcomes = writes.map(({ outcome }) => outcome ?? noMark)
    const stored = outcomes.filter(isStored).length
    if (stored > 0) observer.onCommit?.(stored, performance.now() - start)
    return outcomes
  }

  const queue = createWriteQueue<PendingWrite, Outcome>({
    maxWaitMs,
    writeTogether,
    weightOf: (write) => 1 / maxGroupWrites + (write.kind === 'message' ? write.message.text.length / maxGroupUnits : 0)
  })

  return {
    queue,
    async add(message) {
      const added = (await queue.enter(pendingMessage(message))) as AddedMessage
      observer.onMessage?.(added, message)
      return added
    },
    markAsRead(readerId, peerId, upToSeq = Number.MAX_SAFE_INTEGER) {
      const mark: PendingMark = { kind: 'mark', readerId, peerId, upToSeq, endSeq: Number.MAX_SAFE_INTEGER }
      return queue.enter(mark) as Promise<ReadMark>
    }
  }
}

/** Moves the read marks of a group. The failure of one affects neither the messages, which are stored, nor other marks. */
async function moveMarks(writes: PendingWrite[], { pairs, moveMark }: Pick<Parts, 'pairs' | 'moveMark'>) {
  const marks = writes.filter((write) => write.kind === 'mark')
  if (marks.length === 0) return
  setEnds(writes)
  const dialogs = pairs.find(marks.map(({ readerId, peerId }) => pairOf(readerId, peerId)))
  const move = async (mark: PendingMark) => {
    const dialog = (await dialogs).get(keyOfPair(pairOf(mark.readerId, mark.peerId)))
    if (dialog) await moveMark(mark, dialog)
  }
  const limit = pLimit(maxMarksAtATime)
  const moved = await Promise.allSettled(marks.map((mark) => limit(move, mark)))
  for (const [index, result] of moved.entries()) {
    if (result.status === 'rejected') (marks[index] as PendingMark).outcome = result.reason
  }
}

/** Limits each mark to the messages before it: it does not cover those of its group that came later. */
function setEnds(writes: PendingWrite[]): void {
  const nextSeq = new Map<string, number>()
  for (const write of writes.toReversed()) {
    if (write.kind === 'mark') {
      const next = nextSeq.get(keyOfPair(pairOf(write.readerId, write.peerId)))
      if (next !== undefined) write.endSeq = next - 1
    } else if (write.outcome && isStored(write.outcome)) {
      const { senderId, receiverId, seq } = (write.outcome as AddedMessage).message
      nextSeq.set(keyOfPair(pairOf(senderId, receiverId)), seq)
    }
  }
}

function isStored(outcome: Outcome | Error): boolean {
  if (outcome instanceof Error) return false
  return 'hasMoved' in outcome ? outcome.hasMoved : !outcome.isDuplicate
}
