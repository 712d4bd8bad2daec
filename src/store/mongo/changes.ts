import type { ObjectId, WithId } from 'mongodb'
import type { Collections, ConversationDocument, MessageDocument } from './collections.js'
import { toId } from './ids.js'

/** Changes of versions above `since` and up to `until`, of which `limit` at most. */
export interface Page {
  since: number
  until: number
  limit: number
}

const between = ({ since, until }: Page) => ({ $gt: since, $lte: until })

/** What has changed for a user, each in the order of the versions. */
export interface ChangesOfUser {
  messages: MessageDocument[]
  /** Dialogs whose read marks have moved. */
  marks: Pick<ConversationDocument, '_id' | 'marked'>[]
  /** Users whose data have changed. */
  profiles: { _id: ObjectId; version: number }[]
}

export interface Changes {
  /** @returns also the version up to which they go, and whether the limit has cut something off */
  find(userId: string, page: Page): Promise<ChangesOfUser & { until: number; hasMore: boolean }>
}

export function createChanges({ users, conversations, messages }: Collections): Changes {
  function findDialogs(who: object, field: 'marked' | 'changedA' | 'changedB', page: Page) {
    const projection = { a: 1, b: 1, marked: 1, changedA: 1, changedB: 1 }
    const found = conversations.find({ ...who, [field]: between(page) }, { projection })
    const limit = page.limit + 1
    return found
      .sort({ [field]: 1 })
      .limit(limit)
      .toArray()
  }

  /** Of those with whom a user talks, and of the user. */
  async function findProfiles(user: ObjectId, page: Page) {
    const [ofB, ofA, own] = await Promise.all([
      findDialogs({ a: user }, 'changedB', page),
      findDialogs({ b: user }, 'changedA', page),
      users.find({ _id: user, changed: between(page) }, { projection: { changed: 1 } }).toArray()
    ])
    return [
      ...ofB.map(({ b, changedB }) => ({ _id: b, version: changedB })),
      ...ofA.map(({ a, changedA }) => ({ _id: a, version: changedA })),
      ...own.map(({ _id, changed }) => ({ _id, version: changed }))
    ]
  }

  function findMessages(user: ObjectId, page: Page): Promise<WithId<MessageDocument>[]> {
    const found = messages.find({ users: user, version: between(page) })
    const limit = page.limit + 1
    return found.sort({ version: 1 }).limit(limit).toArray()
  }

  return {
    async find(userId, page) {
      const user = toId(userId)
      const [sent, marks, profiles] = await Promise.all([
        findMessages(user, page),
        findDialogs({ users: user }, 'marked', page),
        findProfiles(user, page)
      ])
      const versions = [...sent, ...profiles].map(({ version }) => version).concat(marks.map(({ marked }) => marked))
      const hasMore = versions.length > page.limit
      const until = hasMore ? nthSmallest(versions, page.limit) : page.until
      return {
        messages: sent.filter(({ version }) => version <= until),
        marks: marks.filter(({ marked }) => marked <= until),
        profiles: profiles.filter(({ version }) => version <= until),
        until,
        hasMore
      }
    }
  }
}

function nthSmallest(numbers: number[], n: number): number {
  return numbers.sort((one, other) => one - other)[n - 1] as number
}
