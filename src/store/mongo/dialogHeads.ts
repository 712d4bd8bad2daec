import type { AnyBulkWriteOperation, Filter, ObjectId } from 'mongodb'
import { type ConversationDocument, type MessageDocument, sentByA } from './collections.js'

/** What of a message its version needs. */
export type Unversioned = Pick<
  MessageDocument,
  '_id' | 'conversationId' | 'users' | 'senderId' | 'seq' | 'sent' | 'revision'
>

/** The newest message of a dialog that has a place in the order of all changes: its number, and the versions up to its own. */
export type Head = Pick<ConversationDocument, 'lastSeq' | 'position' | 'lastVersions'>

/** Messages of one dialog without a version, in order. */
export interface OpenDialog {
  dialog: ObjectId
  messages: Unversioned[]
  head: Head | undefined
}

/** One whose head is known. */
export type HeadedDialog = OpenDialog & { head: Head }

export const lastOf = ({ messages }: Pick<OpenDialog, 'messages'>) => messages.at(-1) as Unversioned

export function groupByDialog(
  unversioned: Unversioned[],
  headOf: (dialog: ObjectId) => Head | undefined
): OpenDialog[] {
  const groups = new Map<string, OpenDialog>()
  for (const message of unversioned) {
    const { conversationId: dialog } = message
    const group = groups.get(String(dialog)) ?? { dialog, messages: [], head: headOf(dialog) }
    group.messages.push(message)
    groups.set(String(dialog), group)
  }
  for (const group of groups.values()) {
    group.messages.sort((one, other) => one.seq - other.seq)
    // Another process has stored what is in between, and is likely to have moved the dialog on.
    if (group.head && group.messages[0]?.seq !== group.head.lastSeq + 1) group.head = undefined
  }
  return [...groups.values()]
}

/** How many messages of dialogs are beyond their heads, those of other processes in between with them. */
export function countBeyond(dialogs: HeadedDialog[]): number {
  return dialogs.reduce((sum, one) => sum + lastOf(one).seq - one.head.lastSeq, 0)
}

/** Gives the messages beyond the heads versions, in the order of the calls. @returns the next heads */
export function numberBeyond(dialogs: HeadedDialog[], lastVersion: number): Head[] {
  const next = dialogs.map(({ head: { lastSeq, position } }): Head => ({ lastSeq, position, lastVersions: [] }))
  const byId = new Map(dialogs.map(({ dialog }, index) => [String(dialog), next[index] as Head]))
  let version = lastVersion
  for (const { conversationId, seq } of dialogs.flatMap(({ messages }) => messages).sort(byCall)) {
    const head = byId.get(String(conversationId)) as Head
    while (head.lastSeq < seq) {
      head.lastSeq++
      head.position = ++version
      head.lastVersions.push(version)
    }
  }
  return next
}

/** Ids of one process grow with its calls. */
const byCall = (one: Unversioned, other: Unversioned) => Buffer.compare(one._id.id, other._id.id)

/**
 * Stamps the messages up to the head with their versions: all whose versions it names, those of other processes with them, since
 * the dialog moves on from it. A slow stamp never hides a later change, which raises the revision.
 */
export function stampsOf({ dialog, messages, head }: HeadedDialog): AnyBulkWriteOperation<MessageDocument>[] {
  const before = head.lastSeq - head.lastVersions.length
  const named = head.lastVersions.map((version, index) => {
    return stampOf({ conversationId: dialog, seq: before + 1 + index, revision: 1 }, version)
  })
  // After a restore of different moments the head may know nothing of a message behind it.
  const others = messages.filter(({ seq }) => seq <= before)
  return [...named, ...others.map(({ _id, revision }) => stampOf({ _id, revision }, head.position))]
}

export function stampOf(filter: Filter<MessageDocument>, version: number): AnyBulkWriteOperation<MessageDocument> {
  return { updateOne: { filter: { ...filter, version: null }, update: { $set: { version } } } }
}

/** Moves a dialog on, where no other process has. */
export function moveOf(one: HeadedDialog, next: Head): AnyBulkWriteOperation<ConversationDocument> {
  const last = lastOf(one)
  const update = { $set: { ...next, lastId: last._id, sentByA: sentByA(last) } }
  return { updateOne: { filter: { _id: one.dialog, lastSeq: one.head.lastSeq }, update } }
}
