import { performance } from 'node:perf_hooks'
import type { AddedMessage, CommitObserver, ReadMark, StoredMessage } from '../store.js'
import type { Collections, ConversationDocument } from './collections.js'
import { markOf } from './idleMarks.js'
import type { DialogWrite, Letter } from './letters.js'
import { dialogsOf, type Located, locate } from './locate.js'
import { push } from './push.js'
import type { Settler } from './settler.js'
import { takeOver } from './takeOver.js'

export type DialogResult = AddedMessage | ReadMark

/** Brings writes into the journals of their dialogs, in order. */
export interface Post {
  /** Resolves when all are durable. @returns what each has come to */
  deliver(writes: DialogWrite[]): Promise<Map<DialogWrite, DialogResult>>
}

export function createPost(collections: Collections, settler: Settler, onCommit?: CommitObserver['onCommit']): Post {
  let settling: Promise<void> = Promise.resolve()

  /** @returns the writes that another process could have stored, and this one has */
  async function store(fresh: DialogWrite[], lost: Set<DialogWrite>): Promise<Set<DialogWrite>> {
    const taken: DialogWrite[] = []
    for (let start = 0; start < fresh.length; ) {
      const pushed = endOf(fresh, start, (write) => !lost.has(write))
      const end = endOf(fresh, pushed, (write) => lost.has(write))
      // Before anything that comes after them.
      const refused = await push(collections, fresh.slice(start, pushed))
      taken.push(...(await takeOver(collections, [...refused, ...fresh.slice(pushed, end)])))
      start = end
    }
    return new Set(taken)
  }

  return {
    async deliver(writes) {
      if (writes.length === 0) return new Map()
      // So that no journal grows beyond what one group writes.
      await settling
      const begin = performance.now()
      const lost = await findLost(collections, writes)
      const fresh = writes.filter((write) => lost.has(write) || !isKnown(write))
      const taken = await store(fresh, lost)
      onCommit?.(writes.length, performance.now() - begin)
      const located = await locate(collections, writes)
      // Whoever reads does it as well, so that a failure here is nobody's.
      settling = settler.settle(dialogsOf(writes)).catch(() => {})
      return new Map(writes.map((write) => [write, resultOf(write, located, taken)]))
    }
  }
}

/** Where the writes from a start end that all are of one kind. */
function endOf(writes: DialogWrite[], start: number, isOfKind: (write: DialogWrite) => boolean): number {
  const end = writes.findIndex((write, index) => index >= start && !isOfKind(write))
  return end === -1 ? writes.length : end
}

const isLetter = (write: DialogWrite): write is Letter => write.kind === 'message'

/** Whether it has been sent before. */
const isKnown = (write: DialogWrite) => isLetter(write) && !write.isClaimed

/** Letters that have been sent before, and are neither stored nor among these writes: a journal may have them, or nobody. */
async function findLost({ messages }: Collections, writes: DialogWrite[]): Promise<Set<DialogWrite>> {
  const own = new Set(writes.filter((write) => !isKnown(write)).map(({ _id }) => String(_id)))
  const known = writes.filter((write) => isKnown(write) && !own.has(String(write._id)))
  if (known.length === 0) return new Set()
  const stored = messages.find({ _id: { $in: known.map(({ _id }) => _id) } }, { projection: { _id: 1 } })
  const ids = new Set(await stored.map(({ _id }) => String(_id)).toArray())
  return new Set(known.filter(({ _id }) => !ids.has(String(_id))))
}

function resultOf(write: DialogWrite, located: Located, taken: Set<DialogWrite>): DialogResult {
  const dialog = located.dialogs.get(String(write.dialog)) as ConversationDocument
  if (!isLetter(write)) {
    // Where another process has applied it already, its reader is told once more at worst.
    return located.marks.get(String(write._id)) ?? { ...markOf(dialog, write.readerId), hasMoved: true }
  }
  const { message, receiver, isClaimed, _id } = write
  const stored = located.messages.get(String(_id)) as StoredMessage
  const isTakenOver = dialog.takenOver.some((other) => other.equals(_id))
  const isDuplicate = !taken.has(write) && (!isClaimed || isTakenOver)
  return {
    message: { ...stored, text: message.text, isRead: isDuplicate && stored.isRead },
    receiver: receiver as AddedMessage['receiver'],
    isDuplicate
  }
}
