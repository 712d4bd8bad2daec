import type { AnyBulkWriteOperation, ObjectId } from 'mongodb'
import { createRecent } from '../../recent.js'
import { type Collections, type ConversationDocument, type MessageDocument, sentByA } from './collections.js'
import type { Versions } from './versions.js'

/** What of a message its version needs. */
export type Unversioned = Pick<
  MessageDocument,
  '_id' | 'conversationId' | 'users' | 'senderId' | 'seq' | 'sent' | 'revision'
>

export const unversionedFields = { conversationId: 1, users: 1, senderId: 1, seq: 1, sent: 1, revision: 1 } as const

/** The newest message of a dialog that has a place in the order of all changes: its number and its version. */
type Head = Pick<ConversationDocument, 'lastSeq' | 'lastVersions'>

/** Messages of one dialog without a version, in order. */
interface Open {
  dialog: ObjectId
  messages: Unversioned[]
  head?: Head | undefined
}

/** One whose head is known. */
type Headed = Open & { head: Head }

export interface MessageVersions {
  /**
   * Gives messages their versions, and brings their dialogs up to date.
   *
   * @param messages of each dialog all that have no version, or this process has completed the one before them
   */
  complete(messages: Unversioned[]): Promise<void>
  /** Whether this process has completed the newest message of a dialog, as far as it knows. */
  knows(dialog: ObjectId): boolean
}

const maxCachedHeads = 100_000
// Each of them fails only where another process has completed a message of the same dialog.
const maxAttempts = 100

/**
 * The order of changes: each message gets a version after it is stored, and in each dialog the versions grow with the
 * numbers. The dialog's document decides them. One guarded update moves it on from one message to a later one, and names the
 * versions of those in between; only when those up to the former message have theirs. So every process that completes a
 * message gives it the same version.
 */
export function createMessageVersions({ conversations, messages }: Collections, versions: Versions): MessageVersions {
  const heads = createRecent<Head>(maxCachedHeads)

  /** @returns those whose dialog is there: after a restore of different moments it may be missing */
  async function withHeads(open: Open[]): Promise<Headed[]> {
    const unknown = open.filter(({ head }) => !head)
    if (unknown.length > 0) {
      const filter = { _id: { $in: unknown.map(({ dialog }) => dialog) } }
      const found = conversations.find(filter, { projection: { lastSeq: 1, lastVersions: 1 } })
      const byId = new Map(await found.map((document) => [String(document._id), document] as const).toArray())
      for (const one of unknown) one.head = byId.get(String(one.dialog))
    }
    return open.filter((one): one is Headed => one.head !== undefined)
  }

  async function stamp(open: Headed[]) {
    const updates = open.flatMap(stampsOf)
    if (updates.length > 0) await messages.bulkWrite(updates, { ordered: false })
  }

  /** Moves dialogs on to their newest messages. Where it were not all, it is not known which ones. */
  async function moveOn(open: Headed[]) {
    const moved = await number(open)
    const updates = open.map((one, index) => moveOf(one, moved[index] as Head))
    const { matchedCount } = await conversations.bulkWrite(updates, { ordered: false })
    for (const [index, one] of (open as Open[]).entries()) {
      one.head = matchedCount === open.length ? moved[index] : undefined
    }
  }

  /** Takes versions for messages, in the order of the calls. */
  async function number(open: Headed[]): Promise<Head[]> {
    const counts = open.map(({ messages, head }) => lastOf(messages).seq - head.lastSeq)
    let version = await versions.take(counts.reduce((sum, count) => sum + count, 0))
    const moved = open.map(({ head: { lastSeq } }) => ({ lastSeq, lastVersions: [] as number[] }))
    const next = new Map(open.map(({ dialog }, index) => [String(dialog), moved[index] as Head]))
    for (const { conversationId, seq } of open.flatMap(({ messages }) => messages).sort(byCall)) {
      const head = next.get(String(conversationId)) as Head
      // Those of other processes in between get theirs, too.
      while (head.lastSeq < seq) {
        head.lastSeq++
        head.lastVersions.push(++version)
      }
    }
    return moved
  }

  async function completeAll(all: Open[]) {
    let open = all
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const headed = await withHeads(open)
      await stamp(headed)
      const behind = headed.filter(({ messages, head }) => lastOf(messages).seq > head.lastSeq)
      if (behind.length === 0) return
      await moveOn(behind)
      open = behind
    }
    throw new Error('Other processes do not let this one complete a message.')
  }

  return {
    async complete(unversioned) {
      const open = groupByDialog(unversioned).map((one) => ({ ...one, former: heads.get(String(one.dialog)) }))
      const all: Open[] = open.map(({ former, ...one }) => ({ ...one, head: former }))
      for (const { dialog } of open) heads.delete(String(dialog))
      await completeAll(all)
      for (const [index, { dialog, messages, head }] of all.entries()) {
        if (head && isWhole(messages, open[index]?.former)) heads.set(String(dialog), head)
      }
    },
    knows: (dialog) => heads.has(String(dialog))
  }
}

/** Ids of one process grow with its calls. */
const byCall = (one: Unversioned, other: Unversioned) => Buffer.compare(one._id.id, other._id.id)

const lastOf = (messages: Unversioned[]) => messages.at(-1) as Unversioned

function groupByDialog(unversioned: Unversioned[]): Open[] {
  const groups = new Map<string, Open>()
  for (const message of unversioned) {
    const key = String(message.conversationId)
    const group = groups.get(key) ?? { dialog: message.conversationId, messages: [] }
    group.messages.push(message)
    groups.set(key, group)
  }
  for (const { messages } of groups.values()) messages.sort((one, other) => one.seq - other.seq)
  return [...groups.values()]
}

/** Whether no message is between these, nor between them and the one that was completed before. */
function isWhole(messages: Unversioned[], former: Head | undefined): boolean {
  const [first] = messages as [Unversioned]
  const isDense = lastOf(messages).seq - first.seq < messages.length
  return isDense && (former === undefined || first.seq <= former.lastSeq + 1)
}

/** The versions of those messages that the head is not before. A slow stamp never hides a later change. */
function stampsOf({ messages, head }: Headed): AnyBulkWriteOperation<MessageDocument>[] {
  const decided = messages.filter(({ seq }) => seq <= head.lastSeq)
  return decided.map(({ _id, seq, revision }) => {
    const version = head.lastVersions.at(-1 - (head.lastSeq - seq)) as number
    return { updateOne: { filter: { _id, revision, version: null }, update: { $set: { version } } } }
  })
}

function moveOf({ dialog, messages, head }: Headed, moved: Head): AnyBulkWriteOperation<ConversationDocument> {
  const last = lastOf(messages)
  const position = moved.lastVersions.at(-1) as number
  const update = { $set: { ...moved, position, lastId: last._id, sentByA: sentByA(last) } }
  return { updateOne: { filter: { _id: dialog, lastSeq: head.lastSeq }, update } }
}
