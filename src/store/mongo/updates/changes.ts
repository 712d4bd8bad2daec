import type { ObjectId } from 'mongodb'
import type { Collections, ConversationDocument, MessageDocument } from '../collections.js'
import type { ReadOptions } from '../connect.js'
import type { Versions } from '../versions.js'
import { type ChangedUser, findChangedContacts, findFewChanged, maxFewUsers } from './changedUsers.js'
import { findContactsAmong } from './contacts.js'

/** Changes of versions above `since` and up to `until`, of which `limit` at most. */
interface Page {
  since: number
  until: number
  limit: number
}

/** What has changed for a user, each in the order of the versions. */
export interface ChangesOfUser {
  messages: MessageDocument[]
  /** Dialogs whose read marks have moved. */
  marks: Pick<ConversationDocument, '_id' | 'marked'>[]
  /** Users whose data have changed. */
  users: ChangedUser[]
}

/** A look at whether there is anything new at all. */
interface Look {
  newest: number
  /** Whether nothing of the user's own is new. */
  isQuiet: boolean
  /** Whether anything may have no version yet. */
  isUnversioned: boolean
  /** Users whose data have changed, of whom nobody has looked yet whether they are contacts. */
  users: ChangedUser[]
}

interface ChangeReader {
  /** One round trip. */
  look(user: ObjectId, since: number, options: ReadOptions): Promise<Look>
  /** Looks again, behind the newest version of a look that found nothing. @returns whether nothing is new up to that */
  lookAgain(user: ObjectId, since: number, first: Look, options: ReadOptions): Promise<boolean>
  /** @returns also the version up to which they go, and whether the limit has cut something off */
  find(user: ObjectId, page: Page, options: ReadOptions): Promise<ChangesOfUser & { until: number; hasMore: boolean }>
}

const newerThan = (field: string, since: number) => ({ $or: [{ [field]: null }, { [field]: { $gt: since } }] })

/** Null comes first. */
const firstBy = (field: string) => ({ projection: { [field]: 1 }, sort: { [field]: 1 as const } })

export function createChanges(collections: Collections, versions: Versions): ChangeReader {
  const { conversations, messages } = collections

  /** Looks for one message and one mark that are newer or have no version yet, and for the users of whom that is so. */
  async function findNews(user: ObjectId, since: number, options: ReadOptions) {
    const [message, mark, users] = await Promise.all([
      messages.findOne({ users: user, ...newerThan('version', since) }, { ...firstBy('version'), ...options }),
      conversations.findOne({ users: user, ...newerThan('marked', since) }, { ...firstBy('marked'), ...options }),
      findFewChanged(collections, newerThan('changed', since), options)
    ])
    const isOwn = users.some(({ _id }) => _id.equals(user))
    return {
      isQuiet: !(message || mark || isOwn || users.length > maxFewUsers),
      isUnversioned: [message?.version, mark?.marked, users[0]?.changed].includes(null),
      users
    }
  }

  return {
    async look(user, since, options) {
      const [newest, news] = await Promise.all([versions.newest(options), findNews(user, since, options)])
      return { newest, ...news }
    },

    async lookAgain(user, since, { users }, options) {
      const ids = users.map(({ _id }) => _id)
      const [news, contacts] = await Promise.all([
        findNews(user, since, options),
        ids.length > 0 ? findContactsAmong(collections, user, ids, options) : []
      ])
      const known = new Set(ids.map(String))
      return news.isQuiet && contacts.length === 0 && news.users.every(({ _id }) => known.has(String(_id)))
    },

    async find(user, { since, until, limit }, options) {
      const between = { $gt: since, $lte: until }
      const [sent, marks, users] = await Promise.all([
        messages
          .find({ users: user, version: between }, options)
          .sort({ version: 1 })
          .limit(limit + 1)
          .toArray(),
        conversations
          .find({ users: user, marked: between }, { projection: { marked: 1 }, ...options })
          .sort({ marked: 1 })
          .limit(limit + 1)
          .toArray(),
        findChangedContacts(collections, user, between, options)
      ])
      return cut({ messages: sent, marks, users }, until, limit)
    }
  }
}

/** Cuts what is beyond a limit off. A version belongs to one change. */
function cut({ messages, marks, users }: ChangesOfUser, until: number, limit: number) {
  const versions = [
    ...messages.map(({ version }) => version as number),
    ...marks.map(({ marked }) => marked as number),
    ...users.map(({ changed }) => changed as number)
  ]
  const hasMore = versions.length > limit
  const end = hasMore ? nthSmallest(versions, limit) : until
  return {
    messages: messages.filter(({ version }) => (version as number) <= end),
    marks: marks.filter(({ marked }) => (marked as number) <= end),
    users: users.filter(({ changed }) => (changed as number) <= end),
    until: end,
    hasMore
  }
}

function nthSmallest(numbers: number[], n: number): number {
  return numbers.sort((one, other) => one - other)[n - 1] as number
}
