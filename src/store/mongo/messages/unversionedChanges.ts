import type { AnyBulkWriteOperation, Collection, ObjectId } from 'mongodb'
import type { Collections, ConversationDocument } from '../collections.js'
import type { ReadOptions } from '../connect.js'
import { type ChangedUser, findUnversionedUsers } from '../updates/changedUsers.js'
import type { Versions } from '../versions.js'
import type { Unversioned } from './dialogProgress.js'
import type { MessageVersions } from './messageVersions.js'

export type MovedMark = Pick<ConversationDocument, '_id' | 'markRevision'>

/** Changes that are stored and have no version yet: that comes later, or a process was killed. */
export interface Changes {
  messages: Unversioned[]
  marks: MovedMark[]
  users: Pick<ChangedUser, '_id' | 'revision'>[]
}

const messageFields = { conversationId: 1, users: 1, senderId: 1, seq: 1, sent: 1, revision: 1 }

export interface UnversionedChanges {
  /** Finds those that concern a user, and a few changes of other users. */
  find(user: ObjectId, options: ReadOptions): Promise<Changes>
  /** Finds the messages of dialogs of some users. */
  findMessages(users: ObjectId[], options?: ReadOptions): Promise<Unversioned[]>
  /** Gives changes their versions. */
  complete(changes: Changes): Promise<void>
}

export function createUnversionedChanges(
  collections: Collections,
  versions: Versions,
  messageVersions: MessageVersions
): UnversionedChanges {
  const { users, conversations, messages } = collections

  function findMessages(ofUsers: ObjectId[], options: ReadOptions = {}) {
    const filter = { users: { $in: ofUsers }, version: null }
    return messages.find(filter, { projection: messageFields, ...options }).toArray()
  }

  async function stampMarks(marks: MovedMark[]) {
    const stamps = marks.map(({ _id, markRevision }) => ({ _id, markRevision, marked: null }))
    await stampAll(conversations, stamps, (marked) => ({ marked }))
  }

  async function stampUsers(changed: Changes['users']) {
    const stamps = changed.map(({ _id, revision }) => ({ _id, revision, changed: null }))
    await stampAll(users, stamps, (version) => ({ changed: version }))
  }

  /** A slow stamp never hides a later change, which has another revision. */
  async function stampAll<T extends object>(
    collection: Collection<T>,
    filters: object[],
    stampOf: (version: number) => object
  ) {
    if (filters.length === 0) return
    const first = (await versions.take(filters.length)) + 1
    const updates = filters.map((filter, index) => {
      return { updateOne: { filter, update: { $set: stampOf(first + index) } } }
    })
    await collection.bulkWrite(updates as AnyBulkWriteOperation<T>[], { ordered: false })
  }

  return {
    findMessages,
    async find(user, options) {
      const moved = conversations.find({ users: user, marked: null }, { projection: { markRevision: 1 }, ...options })
      const [found, marks, changed] = await Promise.all([
        findMessages([user], options),
        moved.toArray(),
        findUnversionedUsers(collections, user, options)
      ])
      return { messages: found, marks, users: changed }
    },
    async complete(changes) {
      await Promise.all([
        changes.messages.length > 0 && messageVersions.complete(changes.messages),
        stampMarks(changes.marks),
        stampUsers(changes.users)
      ])
    }
  }
}
