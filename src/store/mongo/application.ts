import type { AnyBulkWriteOperation } from 'mongodb'
import type { ConversationDocument, LastMessage, MessageDocument } from './collections.js'
import { type CountBehind, type DialogState, type Effect, type MessageEffect, replay, stateOf } from './journal.js'
import { messageDocumentOf } from './messages.js'

/** What the journal of a dialog makes of it. */
export interface Application {
  dialog: ConversationDocument
  state: DialogState
  effects: Effect[]
  /** The version of each effect. */
  versions: number[]
}

export function prepareApplication(dialog: ConversationDocument, countBehind: CountBehind): Application {
  const state = stateOf(dialog)
  return { dialog, state, effects: replay(state, dialog.journal, countBehind), versions: [] }
}

/** Gives the versions after the last one: they follow the calls, and in each dialog the journal. */
export function numberInOrder(applications: Application[], lastVersion: number): void {
  const all = applications.flatMap(({ effects, versions }) => {
    let latest = ''
    return effects.map(({ entry }, index) => {
      const _id = String(entry._id)
      if (_id > latest) latest = _id
      return { key: latest, versions, index }
    })
  })
  all.sort((one, other) => (one.key < other.key ? -1 : Number(one.key > other.key)))
  for (const [place, { versions, index }] of all.entries()) versions[index] = lastVersion + 1 + place
}

export function messagesOf({ dialog, effects, versions }: Application): MessageDocument[] {
  return effects.flatMap((effect, index) =>
    'seq' in effect ? messageDocumentOf(dialog, effect, versions[index] as number) : []
  )
}

/** Two updates: one takes the journal, as it was read, and applies it; the other says so when nothing else has come. */
export function updatesOf({
  dialog,
  state,
  effects,
  versions
}: Application): AnyBulkWriteOperation<ConversationDocument>[] {
  const { _id, applied } = dialog
  const newest = (isWanted: (effect: Effect) => boolean) =>
    Math.max(0, ...versions.filter((_, index) => isWanted(effects[index] as Effect)))
  const last = effects.findLast((effect) => 'seq' in effect)
  const update = {
    $set: {
      lastSeq: state.lastSeq,
      readSeqA: state.a.readSeq,
      readSeqB: state.b.readSeq,
      unreadA: state.a.unread,
      unreadB: state.b.unread,
      ...(last && { last: lastMessageOf(dialog, last) })
    },
    $max: {
      position: newest((effect) => 'seq' in effect),
      marked: newest((effect) => 'mark' in effect && effect.mark.hasMoved),
      changedA: newest(({ entry }) => entry.kind === 'profile' && entry.isOfA),
      changedB: newest(({ entry }) => entry.kind === 'profile' && !entry.isOfA)
    },
    $inc: { applied: 1 },
    $pull: { journal: { _id: { $in: effects.map(({ entry }) => entry._id) } } }
  }
  return [
    { updateOne: { filter: { _id, applied }, update } },
    { updateOne: { filter: { _id, journal: { $size: 0 } }, update: { $set: { isPending: false } } } }
  ]
}

function lastMessageOf({ user1Tag, user2Tag }: ConversationDocument, { entry, date }: MessageEffect): LastMessage {
  return { _id: entry._id, senderTag: entry.isFromA ? user1Tag : user2Tag, text: entry.text, date }
}
