import { setTimeout as delay } from 'node:timers/promises'
import { createLruCache } from '../../../lruCache.js'
import type { AddedMessage } from '../../records.js'
import { refusals } from '../../refusals.js'
import type { Collections, MessageDocument } from '../collections.js'
import { insertInOrder } from '../duplicates.js'
import type { FollowUps } from './followUps.js'
import { toMessage } from './messages.js'
import { type AddressedMessage, keyOf, numberMessages, type Tails, tailOf } from './numbering.js'

// An attempt makes no progress only where another process has stored a message, or where a read is behind.
const maxAttemptsWithoutProgress = 100
// Grows with the square of the attempts: the first ones meet another process, the last ones a read that is behind for seconds.
const pauseMs = 0.01
const maxUncertainKeys = 10_000

interface CommitParts {
  tails: Tails
  followUps: Pick<FollowUps, 'messages' | 'has'>
  /** Waits after an attempt without progress. */
  pause?: ((ms: number) => Promise<unknown>) | undefined
}

/**
 * Stores a group of messages in order, each once, and sets the outcome of each: by one ordered insert, where no other process
 * writes into the same dialogs. After a duplicate key it looks up which of the rest are stored already, numbers the others
 * again, and inserts them.
 */
export function createCommitGroup({ messages }: Pick<Collections, 'messages'>, parts: CommitParts) {
  const { tails, followUps, pause = delay } = parts
  /** Keys of messages that may be stored, though this process could not say so. */
  const uncertain = createLruCache<true>(maxUncertainKeys)

  /** @returns those that are not stored yet */
  async function attempt(group: AddressedMessage[], failed: number): Promise<AddressedMessage[]> {
    const documents = numberMessages(group, await tails.load(dialogsOf(group)))
    const { stored, isTaken, refusal } = await insertInOrder(messages, documents)
    accept(group, documents.slice(0, stored))
    if (refusal) (group[stored] as AddressedMessage).write.outcome = refusal
    const rest = group.slice(stored).filter(({ write }) => !write.outcome)
    // The pause comes before the tails are read: another process that goes on writing makes them old at once.
    if (isTaken && failed > 0) await pause(Math.random() * failed ** 2 * pauseMs)
    return isTaken ? withoutStored(behindOthers(rest)) : rest
  }

  function accept(group: AddressedMessage[], documents: MessageDocument[]) {
    for (const [index, document] of documents.entries()) {
      const { write, receiver } = group[index] as AddressedMessage
      write.outcome = { message: toMessage(document), receiver, isDuplicate: false, needsPush: true }
      tails.set(document.conversationId, tailOf(document))
      uncertain.delete(String(document.key))
    }
    followUps.messages(documents.map(({ text, ...unversioned }) => unversioned))
  }

  /** @returns those that are not stored yet */
  async function withoutStored(group: AddressedMessage[]): Promise<AddressedMessage[]> {
    const wanted = { key: { $in: group.map(({ write }) => keyOf(write)) } }
    const [found] = await Promise.all([messages.find(wanted).toArray(), tails.reload(dialogsOf(group))])
    const stored = new Map(found.map((document) => [String(document.key), document]))
    return group.filter((addressed) => {
      const document = stored.get(String(keyOf(addressed.write)))
      if (document) addressed.write.outcome = outcomeOf(addressed, document)
      return document === undefined
    })
  }

  function outcomeOf({ write, receiver, pair }: AddressedMessage, document: MessageDocument): AddedMessage | Error {
    // The dialog is not compared: after a restore the two users may have another one.
    const isSamePair = document.users.join() === `${pair.a},${pair.b}`
    if (document.text !== write.message.text || !isSamePair) return refusals.otherMessage()
    const isDuplicate = !document._id.equals(write._id)
    // The process that stored it may have ended before it could push it.
    const isOrphan = document.version === null && !followUps.has(document._id)
    if (isOrphan) followUps.messages([document])
    const isUncertain = uncertain.delete(String(document.key))
    return { message: toMessage(document), receiver, isDuplicate, needsPush: !isDuplicate || isOrphan || isUncertain }
  }

  return async (group: AddressedMessage[]): Promise<void> => {
    try {
      await untilNoneIsLeft(group, attempt)
    } catch (error) {
      tails.forget()
      for (const { write } of group) {
        if (!write.outcome) uncertain.set(String(keyOf(write)), true)
        write.outcome ??= error as Error
      }
    }
  }
}

/** @throws {Error} when no attempt makes progress */
async function untilNoneIsLeft<T>(all: T[], attempt: (rest: T[], failed: number) => Promise<T[]>): Promise<void> {
  let failed = 0
  for (let rest = all; rest.length > 0; ) {
    const before = rest.length
    rest = await attempt(rest, failed)
    failed = rest.length < before ? 0 : failed + 1
    if (failed === maxAttemptsWithoutProgress) throw new Error('Other processes do not let this one store a message.')
  }
}

/** Moves the messages of the first dialog, in which another process writes, behind those of other dialogs. */
function behindOthers(group: AddressedMessage[]): AddressedMessage[] {
  const isOfFirst = ({ dialog }: AddressedMessage) => dialog.equals((group[0] as AddressedMessage).dialog)
  return [...group.filter((message) => !isOfFirst(message)), ...group.filter(isOfFirst)]
}

const dialogsOf = (group: AddressedMessage[]) => group.map(({ dialog }) => dialog)
