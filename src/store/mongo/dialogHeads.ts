import type { AnyBulkWriteOperation, ObjectId } from 'mongodb'
import { type ConversationDocument, type MessageDocument, sentByA } from './collections.js'

/** What of a message its version needs. */
export type Unversioned = Pick<
  MessageDocument,
  '_id' | 'conversationId' | 'users' | 'senderId' | 'seq' | 'sent' | 'revision'
>

/** The newest message of a dialog that has a place in the order of all changes: its number, and the versions up to its own. */
export type Head = Pick<ConversationDocument, 'lastSeq' | 'position' | 'lastVersions'>

/** What of a message is read that has no version. */
export const unversionedFields = { conversationId: 1, users: 1, senderId: 1, seq: 1, sent: 1, revision: 1 }

/** Messages of one dialog without a version, in order. */
export interface OpenDialog {
  dialog: ObjectId
  messages: Unversioned[]
  head: Head | undefined
  /** Whether everything up to the head has its version. */
  isComplete: boolean
}

/** One whose head is known. */
export type HeadedDialog = OpenDialog & { head: Head }

export const lastOf = ({ messages }: Pick<OpenDialog, 'messages'>) => messages.at(-1) as Unversioned

export const isBehind = (one: OpenDialog): one is HeadedDialog =>
  one.head !== undefined && lastOf(one).seq > one.head.lastSeq

/** @param headOf the head of a dialog where it is known; it is used where no message is between it and these */
export function groupByDialog(
  unversioned: Unversioned[],
  headOf: (dialog: ObjectId) => Head | undefined
): OpenDialog[] {
  const groups = new Map<string, OpenDialog>()
  for (const message of unversioned) {
    const { conversationId: dialog } = message
    const group = groups.get(String(dialog)) ?? { dialog, messages: [], head: headOf(dialog), isComplete: false }
    group.messages.push(message)
    groups.set(String(dialog), group)
  }
  for (const group of groups.values()) {
    group.messages.sort((one, other) => one.seq - other.seq)
    if (group.head && !isNext(group, group.head)) group.head = undefined
  }
  return [...groups.values()]
}

/** Whether messages come next to a head, without another one in between. */
export function isNext({ messages }: OpenDialog, { lastSeq }: Head): boolean {
  const [first] = messages as [Unversioned]
  return first.seq <= lastSeq + 1 && lastOf({ messages }).seq - first.seq < messages.length
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

/** Returns the version that a head names for a message. */
export function versionOf({ seq }: Unversioned, { lastSeq, lastVersions }: Head): number | undefined {
  return seq > lastSeq ? undefined : lastVersions.at(seq - lastSeq - 1)
}

/** Stamps messages with the versions that the head names. A slow stamp never hides a later change. */
export function stampsOf({ messages, head }: HeadedDialog): AnyBulkWriteOperation<MessageDocument>[] {
  return messages.flatMap((message) => {
    const { _id, revision } = message
    const version = versionOf(message, head)
    if (version === undefined) return []
    return { updateOne: { filter: { _id, revision, version: null }, update: { $set: { version } } } }
  })
}

/** Moves a dialog on, where no other process has. */
export function moveOf(one: HeadedDialog, next: Head): AnyBulkWriteOperation<ConversationDocument> {
  const last = lastOf(one)
  const update = { $set: { ...next, lastId: last._id, sentByA: sentByA(last) } }
  return { updateOne: { filter: { _id: one.dialog, lastSeq: one.head.lastSeq }, update } }
}
