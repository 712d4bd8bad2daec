import type { ObjectId } from 'mongodb'
import type { ReadMark } from '../store.js'
import type { ConversationDocument } from './collections.js'

/** What is to happen in a dialog. Its `_id` grows with the order of the calls. */
export type Entry = MessageEntry | MarkEntry | ProfileEntry

export interface MessageEntry {
  _id: ObjectId
  kind: 'message'
  isFromA: boolean
  text: string
  date: Date
}

export interface MarkEntry {
  _id: ObjectId
  kind: 'mark'
  isByA: boolean
  /** The last message there is, when null. */
  upToSeq: number | null
}

/** The data of a user have changed. */
interface ProfileEntry {
  _id: ObjectId
  kind: 'profile'
  isOfA: boolean
}

interface Side {
  readSeq: number
  unread: number
}

/** What of a dialog its journal changes. */
export interface DialogState {
  lastSeq: number
  lastDate: number
  a: Side
  b: Side
}

export interface MessageEffect {
  entry: MessageEntry
  seq: number
  date: Date
}

/** What has come of an entry. */
export type Effect = MessageEffect | { entry: MarkEntry; mark: ReadMark } | { entry: ProfileEntry }

/**
 * How many messages to the reader, of those applied, are behind a `seq`.
 * Known beforehand, so that a journal always has the same effects.
 */
export type CountBehind = (entry: MarkEntry) => number

export function stateOf(dialog: ConversationDocument): DialogState {
  const { lastSeq, last, readSeqA, readSeqB, unreadA, unreadB } = dialog
  return {
    lastSeq,
    lastDate: last?.date.getTime() ?? 0,
    a: { readSeq: readSeqA, unread: unreadA },
    b: { readSeq: readSeqB, unread: unreadB }
  }
}

/** Applies a dialog's journal to a state of it, in order. @returns the effect of each entry */
export function replay(state: DialogState, journal: Entry[], countBehind: CountBehind): Effect[] {
  /** The numbers of messages of each side in the journal. */
  const sent = { a: [] as number[], b: [] as number[] }

  function addMessage(entry: MessageEntry): Effect {
    const [from, to] = entry.isFromA ? (['a', 'b'] as const) : (['b', 'a'] as const)
    state.lastSeq++
    state.lastDate = Math.max(state.lastDate, entry.date.getTime())
    state[to].unread++
    sent[from].push(state.lastSeq)
    return { entry, seq: state.lastSeq, date: new Date(state.lastDate) }
  }

  function moveMark(entry: MarkEntry): Effect {
    const [own, peer] = entry.isByA ? (['a', 'b'] as const) : (['b', 'a'] as const)
    const side = state[own]
    const upToSeq = Math.min(entry.upToSeq ?? state.lastSeq, state.lastSeq)
    const hasMoved = side.unread > 0 && upToSeq > side.readSeq
    if (hasMoved) {
      side.readSeq = upToSeq
      side.unread =
        upToSeq === state.lastSeq ? 0 : countBehind(entry) + sent[peer].filter((seq) => seq > upToSeq).length
    }
    return { entry, mark: { hasMoved, unreadCount: side.unread, upToSeq: side.readSeq } }
  }

  return journal.map((entry) => {
    if (entry.kind === 'message') return addMessage(entry)
    return entry.kind === 'mark' ? moveMark(entry) : { entry }
  })
}
