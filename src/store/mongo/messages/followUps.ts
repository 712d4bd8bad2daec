import type { AnyBulkWriteOperation, Collection, ObjectId } from 'mongodb'
import type { Collections, ConversationDocument } from '../collections.js'
import type { ReadOptions } from '../connect.js'
import type { Versions } from '../versions.js'
import { type ChangedUser, readChanges } from './changes.js'
import type { Unversioned } from './dialogProgress.js'
import { createMessageVersions } from './messageVersions.js'

// More waiting messages delay new ones: the derived writes of a message cost more than the message.
const maxWaitingMessages = 5000

export type MovedMark = Pick<ConversationDocument, '_id' | 'markRevision'>

/** Changes that are stored and have no version yet: it follows, or a process was killed before. */
export interface Changes {
  messages: Unversioned[]
  marks: MovedMark[]
  users: Pick<ChangedUser, '_id' | 'revision'>[]
}

export type UnversionedChanges = ReturnType<typeof createUnversionedChanges>
export type FollowUps = ReturnType<typeof createFollowUps>

const projection = { conversationId: 1, users: 1, senderId: 1, seq: 1, sent: 1, revision: 1 }

/** Finds and completes changes that have no version, of this process or of others. */
export function createUnversionedChanges(collections: Collections, versions: Versions) {
  const completeMessages = createMessageVersions(collections, versions)

  /** A slow stamp never hides a later change, which has another revision. */
  async function stamp<T extends object>(collection: Collection<T>, field: 'marked' | 'changed', changes: object[]) {
    if (changes.length === 0) return
    const first = (await versions.take(changes.length)) + 1
    const updates = changes.map((change, index) => {
      return { updateOne: { filter: { ...change, [field]: null }, update: { $set: { [field]: first + index } } } }
    })
    await collection.bulkWrite(updates as AnyBulkWriteOperation<T>[], { ordered: false })
  }

  return {
    /** Finds the changes that concern a user. */
    find: (user: ObjectId, options: ReadOptions): Promise<Changes> =>
      readChanges(collections, user, null, options, { projection }),

    /** Finds the messages of dialogs of some users. */
    findMessages: (users: ObjectId[]): Promise<Unversioned[]> =>
      collections.messages.find({ users: { $in: users }, version: null }, { projection }).toArray(),

    /** Gives changes their versions. */
    async complete({ messages, marks, users }: Changes): Promise<void> {
      await Promise.all([
        messages.length > 0 && completeMessages(messages),
        stamp(
          collections.conversations,
          'marked',
          marks.map(({ _id, markRevision }) => ({ _id, markRevision }))
        ),
        stamp(
          collections.users,
          'changed',
          users.map(({ _id, revision }) => ({ _id, revision }))
        )
      ])
    }
  }
}

/**
 * Gives the changes of this process their versions, later and many at a time. Readers complete what fails.
 *
 * @param onFailure is told of the first failure, and of the first one after a success
 */
export function createFollowUps({ complete }: Pick<UnversionedChanges, 'complete'>, onFailure: (error: Error) => void) {
  const waiting = { messages: new Map<string, Unversioned>(), marks: [] as MovedMark[], users: [] as Changes['users'] }
  let worked = new Map<string, Unversioned>()
  let former = worked
  let running: Promise<void> = Promise.resolve()
  let isPlanned = false
  let hasFailed = false

  function start() {
    if (!isPlanned) running = running.then(runNext)
    isPlanned = true
  }

  async function runNext() {
    isPlanned = false
    former = worked
    worked = waiting.messages
    waiting.messages = new Map()
    try {
      const [marks, users] = [waiting.marks.splice(0), waiting.users.splice(0)]
      await complete({ messages: [...worked.values()], marks, users })
      hasFailed = false
    } catch (error) {
      if (!hasFailed) onFailure(error as Error)
      hasFailed = true
    }
  }

  return {
    messages(stored: Unversioned[]): void {
      if (stored.length === 0) return
      for (const message of stored) waiting.messages.set(String(message._id), message)
      start()
    },
    mark(moved: MovedMark): void {
      waiting.marks.push(moved)
      start()
    },
    user(changed: Changes['users'][number]): void {
      waiting.users.push(changed)
      start()
    },
    /** Whether a message waits for its version, or has got it so recently that a read may not have seen it. */
    has: (_id: ObjectId) => [waiting.messages, worked, former].some((messages) => messages.has(String(_id))),
    /** Resolves when there is room for more messages. */
    async untilRoom(): Promise<void> {
      if (waiting.messages.size > maxWaitingMessages) await running
    },
    /** Resolves when all present changes are completed. */
    finish: () => running
  }
}
