import type { AnyBulkWriteOperation, Filter, ObjectId } from 'mongodb'
import { type ConversationDocument, type MessageDocument, sentByA } from '../collections.js'

/** The fields of a message from which its version follows. */
export type Unversioned = Pick<
  MessageDocument,
  '_id' | 'conversationId' | 'users' | 'senderId' | 'seq' | 'sent' | 'revision'
>

/** The number and the version of the newest message of a dialog that has a version, and the versions given together with it. */
export type Progress = Pick<ConversationDocument, 'lastSeq' | 'position' | 'lastVersions'>

/** Messages of one dialog without a version, in order. */
export interface OpenDialog {
  dialog: ObjectId
  messages: Unversioned[]
  progress: Progress | undefined
}

/** A dialog whose progress is known. */
export type StartedDialog = OpenDialog & { progress: Progress }

export const lastOf = ({ messages }: Pick<OpenDialog, 'messages'>) => messages.at(-1) as Unversioned

export function groupByDialog(
  unversioned: Unversioned[],
  progressOf: (dialog: ObjectId) => Progress | undefined
): OpenDialog[] {
  const groups = new Map<string, OpenDialog>()
  for (const message of unversioned) {
    const { conversationId: dialog } = message
    const group = groups.get(String(dialog)) ?? { dialog, messages: [], progress: progressOf(dialog) }
    group.messages.push(message)
    groups.set(String(dialog), group)
  }
  for (const group of groups.values()) {
    group.messages.sort((one, other) => one.seq - other.seq)
    // Another process has stored the messages in between, and has probably moved the dialog on.
    if (group.progress && group.messages[0]?.seq !== group.progress.lastSeq + 1) group.progress = undefined
  }
  return [...groups.values()]
}

/** Counts the messages without a version, including those of other processes in between. */
export function countOpen(dialogs: StartedDialog[]): number {
  return dialogs.reduce((sum, one) => sum + lastOf(one).seq - one.progress.lastSeq, 0)
}

/** Gives these messages versions, in the order of the calls. @returns the next progress of each dialog */
export function numberOpen(dialogs: StartedDialog[], lastVersion: number): Progress[] {
  const next = dialogs.map(({ progress: { lastSeq, position } }): Progress => ({ lastSeq, position, lastVersions: [] }))
  const byId = new Map(dialogs.map(({ dialog }, index) => [String(dialog), next[index] as Progress]))
  let version = lastVersion
  for (const { conversationId, seq } of dialogs.flatMap(({ messages }) => messages).sort(byCall)) {
    const progress = byId.get(String(conversationId)) as Progress
    while (progress.lastSeq < seq) {
      progress.lastSeq++
      progress.position = ++version
      progress.lastVersions.push(version)
    }
  }
  return next
}

/** Orders messages by id: the ids of one process grow with its calls. */
const byCall = (one: Unversioned, other: Unversioned) => Buffer.compare(one._id.id, other._id.id)

/**
 * Returns the stamps of the messages for which a dialog's document names versions, those of other processes included: the dialog
 * moves on from there. A slow stamp never hides a later change, which raises the revision.
 */
export function stampsOf({ dialog, messages, progress }: StartedDialog): AnyBulkWriteOperation<MessageDocument>[] {
  const before = progress.lastSeq - progress.lastVersions.length
  const named = progress.lastVersions.map((version, index) => {
    return stampOf({ conversationId: dialog, seq: before + 1 + index, revision: 1 }, version)
  })
  // After a restore of different moments the document may lack the version of a message.
  const others = messages.filter(({ seq }) => seq <= before)
  return [...named, ...others.map(({ _id, revision }) => stampOf({ _id, revision }, progress.position))]
}

/** Stamps messages with the versions after one, whatever their dialogs. */
export function stampAfter(version: number) {
  return ({ _id, revision }: Unversioned, index: number) => stampOf({ _id, revision }, version + 1 + index)
}

function stampOf(filter: Filter<MessageDocument>, version: number): AnyBulkWriteOperation<MessageDocument> {
  return { updateOne: { filter: { ...filter, version: null }, update: { $set: { version } } } }
}

/** Moves a dialog on, unless another process has. */
export function moveOf(one: StartedDialog, next: Progress): AnyBulkWriteOperation<ConversationDocument> {
  const last = lastOf(one)
  const update = { $set: { ...next, lastId: last._id, sentByA: sentByA(last) } }
  return { updateOne: { filter: { _id: one.dialog, lastSeq: one.progress.lastSeq }, update } }
}
