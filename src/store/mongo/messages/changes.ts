import type { ObjectId } from 'mongodb'
import type { Collections, ConversationDocument, MessageDocument, UserDocument } from '../collections.js'
import type { ReadOptions } from '../connect.js'
import { findContactIds, findContactsAmong } from './contacts.js'

export type ChangedUser = Pick<UserDocument, '_id' | 'changed' | 'revision'>

/** The changes for a user, each kind in the order of the versions. */
export interface ChangesOfUser {
  messages: MessageDocument[]
  /** Dialogs whose read marks have moved. */
  marks: Pick<ConversationDocument, '_id' | 'marked' | 'markRevision'>[]
  /** Users whose data have changed. */
  users: ChangedUser[]
}

/** A range of versions; null: without a version yet. */
type Versions = { $gt: number; $lte: number } | null

/** More changed users than these are not compared with the contacts of a user. The contacts are searched instead. */
const maxFewUsers = 100

const userFields = { changed: 1, revision: 1 }

/**
 * Reads the changes for a user whose versions are in a range.
 *
 * @param limit maximum number of messages, and of marks
 * @param projection of the messages
 */
export async function readChanges(
  collections: Collections,
  user: ObjectId,
  versions: Versions,
  options: ReadOptions,
  { limit, projection = {} }: { limit?: number; projection?: object }
): Promise<ChangesOfUser> {
  const ofMarks = { projection: { marked: 1, markRevision: 1 }, sort: { marked: 1 }, limit, ...options } as const
  const ofMessages = { projection, sort: { version: 1 }, limit, ...options } as const
  const [messages, marks, users] = await Promise.all([
    collections.messages.find({ users: user, version: versions }, ofMessages).toArray(),
    collections.conversations.find({ users: user, marked: versions }, ofMarks).toArray(),
    findChangedContacts(collections, user, versions, options)
  ])
  return { messages, marks, users }
}

/**
 * Finds the user, and the contacts of the user, whose data have changed. Of changes without a version it finds also a few of
 * other users: the next reader completes what a killed process has left.
 */
async function findChangedContacts(collections: Collections, user: ObjectId, changed: Versions, options: ReadOptions) {
  const few = await findFewChanged(collections, { changed }, options)
  if (few.length > maxFewUsers) {
    const _id = { $in: [...(await findContactIds(collections, user, options)), user] }
    const found = collections.users.find({ _id, changed }, { projection: userFields, ...options })
    const own = await found.sort({ changed: 1 }).toArray()
    return changed === null ? few.concat(own) : own
  }
  if (few.length === 0 || changed === null) return few
  const ids = few.map(({ _id }) => _id)
  const wanted = new Set([...(await findContactsAmong(collections, user, ids, options)), user].map(String))
  return few.filter(({ _id }) => wanted.has(String(_id)))
}

/** Finds those of all users whose data have changed, and at most one more than few. */
function findFewChanged({ users }: Collections, filter: object, options: ReadOptions): Promise<ChangedUser[]> {
  const found = users.find(filter, { projection: userFields, ...options }).sort({ changed: 1 })
  return found.limit(maxFewUsers + 1).toArray()
}

const newerThan = (field: string, since: number) => ({ $or: [{ [field]: null }, { [field]: { $gt: since } }] })

/** Null comes first. */
const firstBy = (field: string) => ({ projection: { [field]: 1 }, sort: { [field]: 1 as const } })

/** Looks in one round trip for anything that is newer than a version or has none yet. */
export async function lookForNews(collections: Collections, user: ObjectId, since: number, options: ReadOptions) {
  const { conversations, messages } = collections
  const [message, mark, users] = await Promise.all([
    messages.findOne({ users: user, ...newerThan('version', since) }, { ...firstBy('version'), ...options }),
    conversations.findOne({ users: user, ...newerThan('marked', since) }, { ...firstBy('marked'), ...options }),
    findFewChanged(collections, newerThan('changed', since), options)
  ])
  const isOwn = users.some(({ _id }) => _id.equals(user))
  return {
    /** Whether nothing of the user's own is new. */
    isQuiet: !(message || mark || isOwn || users.length > maxFewUsers),
    /** Whether anything may have no version yet. */
    isUnversioned: [message?.version, mark?.marked, users[0]?.changed].includes(null),
    /** Users whose data have changed. They are not yet compared with the contacts. */
    users
  }
}

/** Looks again, after the newest version was read, and compares changed users with the contacts. */
export async function isStillQuiet(
  collections: Collections,
  user: ObjectId,
  since: number,
  users: ChangedUser[],
  options: ReadOptions
) {
  const ids = users.map(({ _id }) => _id)
  const [news, contacts] = await Promise.all([
    lookForNews(collections, user, since, options),
    ids.length > 0 ? findContactsAmong(collections, user, ids, options) : []
  ])
  const known = new Set(ids.map(String))
  return news.isQuiet && contacts.length === 0 && news.users.every(({ _id }) => known.has(String(_id)))
}

/** Cuts off what is beyond a limit. A version belongs to one change. @returns also the version up to which the rest goes */
export function cut({ messages, marks, users }: ChangesOfUser, until: number, limit: number) {
  const versions = [
    ...messages.map(({ version }) => version as number),
    ...marks.map(({ marked }) => marked as number),
    ...users.map(({ changed }) => changed as number)
  ].sort((one, other) => one - other)
  const hasMore = versions.length > limit
  const end = hasMore ? (versions[limit - 1] as number) : until
  return {
    messages: messages.filter(({ version }) => (version as number) <= end),
    marks: marks.filter(({ marked }) => (marked as number) <= end),
    users: users.filter(({ changed }) => (changed as number) <= end),
    until: end,
    hasMore
  }
}
