import { setTimeout as delay } from 'node:timers/promises'
import type { ObjectId } from 'mongodb'
import { createRecent } from '../../recent.js'
import { refusals } from '../refusals.js'
import type { AddedMessage } from '../store.js'
import type { Collections, MessageDocument } from './collections.js'
import { insertInOrder } from './duplicates.js'
import { type Marks, toMessage } from './messages.js'
import { type AddressedMessage, keyOf, numberMessages } from './pendingWrites.js'
import { type Tails, tailOf } from './tails.js'

// Each of them fails only where another process has stored a message, or where a read is behind.
const maxVainAttempts = 100
const maxPauseMs = 50
const maxUncertainKeys = 10_000

interface CommitParts {
  tails: Tails
  /** Is told of messages that have no version yet. */
  follow(documents: MessageDocument[]): void
  /** Whether this process has stored a message and is about to give it a version. */
  isFollowed(_id: ObjectId): boolean
}

/**
 * Stores messages in order, each once: one ordered insert, where no other process writes into the same dialogs. After a
 * duplicate key it finds out which of the rest are stored already, numbers the others again, and inserts them.
 */
export function createCommitGroup(
  { conversations, messages }: Collections,
  { tails, follow, isFollowed }: CommitParts
) {
  /** Messages that may be stored, though this process could not say so. */
  const uncertain = createRecent<true>(maxUncertainKeys)

  /** @returns those that are not stored yet */
  async function attempt(group: AddressedMessage[]): Promise<AddressedMessage[]> {
    const documents = numberMessages(group, await tails.load(group.map(({ dialog }) => dialog)))
    const { stored, isTaken, refusal } = await insertInOrder(messages, documents)
    accept(group.slice(0, stored), documents.slice(0, stored))
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
    follow(documents)
  }

  /** Looks for messages by their keys, and reads the tails of their dialogs again. @returns those that are not stored */
  async function withoutStored(group: AddressedMessage[]): Promise<AddressedMessage[]> {
    const dialogs = group.map(({ dialog }) => dialog)
    const marks = { projection: { a: 1, readSeqA: 1, readSeqB: 1 } }
    const [stored, found] = await Promise.all([
      messages.find({ key: { $in: group.map(({ write }) => keyOf(write)) } }).toArray(),
      conversations.find({ _id: { $in: dialogs } }, marks).toArray(),
      tails.reload(dialogs)
    ])
    const byKey = new Map(stored.map((document) => [String(document.key), document]))
    const marksOf = new Map(found.map((dialog) => [String(dialog._id), dialog]))
    return group.filter((addressed) => {
      const document = byKey.get(String(keyOf(addressed.write)))
      if (document) addressed.write.outcome = outcomeOf(addressed, document, marksOf.get(String(addressed.dialog)))
      return !document
    })
  }

  function outcomeOf(
    { write, receiver, dialog }: AddressedMessage,
    document: MessageDocument,
    marks: Marks | undefined
  ): AddedMessage | Error {
    const isOther = document.text !== write.message.text || !document.conversationId.equals(dialog)
    if (isOther) return refusals.otherMessage()
    const isDuplicate = !document._id.equals(write._id)
    const isOrphan = document.version === null && !isFollowed(document._id)
    if (isOrphan) follow([document])
    const isUntold = !isDuplicate || isOrphan || uncertain.delete(String(document.key))
    return { message: toMessage(document, marks), receiver, isDuplicate, isUntold }
  }

  /** Sets the outcome of each message. */
  return async (group: AddressedMessage[]): Promise<void> => {
    let rest = group
    try {
      for (let vain = 0; rest.length > 0; ) {
        const before = rest.length
        rest = await attempt(rest)
        vain = rest.length < before ? 0 : vain + 1
        if (vain === maxVainAttempts) throw new Error('Other processes do not let this one store a message.')
        // So that processes which have met do not meet again, and a read that is behind gets time.
        if (vain > 0) await delay(Math.random() * Math.min(vain, maxPauseMs))
      }
    } catch (error) {
      tails.forget()
      for (const { write } of rest.filter(({ write }) => !write.outcome)) {
        write.outcome = error as Error
        uncertain.set(String(keyOf(write)), true)
      }
    }
  }
}
