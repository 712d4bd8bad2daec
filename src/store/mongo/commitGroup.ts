import { setTimeout as delay } from 'node:timers/promises'
import { createRecent } from '../../recent.js'
import { refusals } from '../refusals.js'
import type { AddedMessage } from '../store.js'
import type { Collections, MessageDocument } from './collections.js'
import { insertInOrder } from './duplicates.js'
import type { FollowUps } from './followUps.js'
import { type Marks, toMessage } from './messages.js'
import { type AddressedMessage, keyOf, numberMessages } from './pendingWrites.js'
import { type Tails, tailOf } from './tails.js'

// Each of them fails only where another process has stored a message, or where a read is behind.
const maxVainAttempts = 100
const maxPauseMs = 50
const maxUncertainKeys = 10_000

interface CommitParts {
  tails: Tails
  followUps: Pick<FollowUps, 'messages' | 'has'>
  /** How to wait after a vain attempt. */
  pause?: Pause | undefined
}

export type Pause = (ms: number) => Promise<unknown>

/** Stores messages in order, each once, and sets the outcome of each. */
export type CommitGroup = (group: AddressedMessage[]) => Promise<void>

/**
 * One ordered insert stores a group, where no other process writes into the same dialogs. After a duplicate key it is found out
 * which of the rest are stored already; the others are numbered again and inserted.
 */
export function createCommitGroup(
  collections: Collections,
  { tails, followUps, pause = delay }: CommitParts
): CommitGroup {
  /** Keys of messages that may be stored, though this process could not say so. */
  const uncertain = createRecent<true>(maxUncertainKeys)

  /** @returns those that are not stored yet */
  async function attempt(group: AddressedMessage[]): Promise<AddressedMessage[]> {
    const documents = numberMessages(group, await tails.load(dialogsOf(group)))
    const { stored, isTaken, refusal } = await insertInOrder(collections.messages, documents)
    accept(group, documents.slice(0, stored))
    if (refusal) (group[stored] as AddressedMessage).write.outcome = refusal
    const rest = group.slice(refusal ? stored + 1 : stored)
    return isTaken ? withoutStored(rest) : rest
  }

  function accept(group: AddressedMessage[], documents: MessageDocument[]) {
    for (const [index, document] of documents.entries()) {
      const { write, receiver } = group[index] as AddressedMessage
      write.outcome = { message: toMessage(document), receiver, isDuplicate: false, isUntold: true }
      tails.set(document.conversationId, tailOf(document))
    }
    followUps.messages(documents)
  }

  /** @returns those that are not stored yet */
  async function withoutStored(group: AddressedMessage[]): Promise<AddressedMessage[]> {
    const [stored] = await Promise.all([findStored(collections, group), tails.reload(dialogsOf(group))])
    return group.filter((addressed) => {
      const found = stored.get(String(keyOf(addressed.write)))
      if (found) addressed.write.outcome = outcomeOf(addressed, found)
      return !found
    })
  }

  function outcomeOf({ write, receiver, dialog }: AddressedMessage, { document, marks }: Found): AddedMessage | Error {
    const isOther = document.text !== write.message.text || !document.conversationId.equals(dialog)
    if (isOther) return refusals.otherMessage()
    const isDuplicate = !document._id.equals(write._id)
    // The process that stored it may have ended before it could tell anybody.
    const isOrphan = document.version === null && !followUps.has(document._id)
    if (isOrphan) followUps.messages([document])
    const isUntold = !isDuplicate || isOrphan || uncertain.delete(String(document.key))
    return { message: toMessage(document, marks), receiver, isDuplicate, isUntold }
  }

  /** The outcome of a message is not known, so that nothing may follow from it. */
  function fail({ write }: AddressedMessage, error: Error) {
    write.outcome = error
    uncertain.set(String(keyOf(write)), true)
    tails.forget()
  }

  return async (group) => {
    try {
      await untilNoneIsLeft(group, attempt, pause)
    } catch (error) {
      for (const addressed of group) if (!addressed.write.outcome) fail(addressed, error as Error)
    }
  }
}

/** @throws {Error} when other processes are always faster */
async function untilNoneIsLeft<T>(all: T[], attempt: (rest: T[]) => Promise<T[]>, pause: Pause): Promise<void> {
  let vain = 0
  for (let rest = all; rest.length > 0; ) {
    const before = rest.length
    rest = await attempt(rest)
    vain = rest.length < before ? 0 : vain + 1
    if (vain === maxVainAttempts) throw new Error('Other processes do not let this one store a message.')
    // So that processes which have met do not meet again, and a read that is behind gets time.
    if (vain > 0) await pause(Math.random() * Math.min(vain, maxPauseMs))
  }
}

const dialogsOf = (group: AddressedMessage[]) => group.map(({ dialog }) => dialog)

interface Found {
  document: MessageDocument
  /** Of its dialog. */
  marks: Marks | undefined
}

/** Finds those of some messages that are stored, by their keys. */
async function findStored({ conversations, messages }: Collections, group: AddressedMessage[]) {
  const projection = { a: 1, readSeqA: 1, readSeqB: 1 }
  const [stored, dialogs] = await Promise.all([
    messages.find({ key: { $in: group.map(({ write }) => keyOf(write)) } }).toArray(),
    conversations.find({ _id: { $in: dialogsOf(group) } }, { projection }).toArray()
  ])
  const marks = new Map(dialogs.map((dialog) => [String(dialog._id), dialog]))
  return new Map<string, Found>(
    stored.map((document) => [String(document.key), { document, marks: marks.get(String(document.conversationId)) }])
  )
}
