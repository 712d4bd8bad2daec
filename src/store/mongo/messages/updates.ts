import type { ObjectId } from 'mongodb'
import type { StoredUpdates } from '../../records.js'
import { refusals } from '../../refusals.js'
import type { UpdateStore } from '../../store.js'
import type { Collections } from '../collections.js'
import type { InSession, ReadOptions } from '../connect.js'
import { toId } from '../ids.js'
import { findProfiles } from '../users/users.js'
import type { Versions } from '../versions.js'
import { type ChangesOfUser, cut, isStillQuiet, lookForNews, readChanges } from './changes.js'
import type { Cursors } from './cursors.js'
import { type Dialogs, dialogFields } from './dialogs.js'
import type { Changes, FollowUps, UnversionedChanges } from './followUps.js'
import { toMessage } from './messages.js'

interface Parts {
  versions: Versions
  cursors: Cursors
  dialogs: Dialogs
  unversioned: Pick<UnversionedChanges, 'find' | 'complete'>
  followUps: Pick<FollowUps, 'finish'>
  inSession: InSession
}

// A round fails only where another server has become the primary meanwhile.
const maxRounds = 3

/** Lists the changes after the version of a cursor, in the order of their versions. */
export function createUpdates(collections: Collections, parts: Parts): UpdateStore {
  const { versions, cursors, dialogs, unversioned, followUps, inSession } = parts
  const describe = createDescribe(collections, dialogs)

  /**
   * Completes everything that concerns a user: before it reads the newest version, so that it is up to date, and again after
   * that, so that nothing up to it is missed. It ends when the reads of the session see the versions that it has given: after
   * a change of the primary they may be behind.
   *
   * @returns the newest version
   */
  async function completeAll(user: ObjectId, isUnversioned: boolean, options: ReadOptions): Promise<number> {
    if (isUnversioned) await complete(user, options)
    const newest = await versions.newest(options)
    let open = await complete(user, options)
    for (let round = 0; open.length > 0; round++) {
      if (round === maxRounds) throw new Error('The database does not show what it has stored.')
      const still = new Set(await complete(user, options))
      open = open.filter((change) => still.has(change))
    }
    return newest
  }

  /** @returns the changes that had no version */
  async function complete(user: ObjectId, options: ReadOptions): Promise<string[]> {
    const found = await unversioned.find(user, options)
    const names = namesOf(found)
    if (names.length > 0) await unversioned.complete(found)
    return names
  }

  const nothing = (version: number): StoredUpdates => {
    return { messages: [], dialogs: [], users: [], cursor: cursors.toCursor(version), hasMore: false }
  }

  async function readPage(user: ObjectId, since: number, limit: number, options: ReadOptions): Promise<StoredUpdates> {
    const [newest, { isQuiet, isUnversioned, users }] = await Promise.all([
      versions.newest(options),
      lookForNews(collections, user, since, options)
    ])
    if (newest < since && (await versions.certain()) < since) throw refusals.foreignCursor()
    if (newest <= since && isQuiet && users.length === 0) return nothing(since)
    if (newest > since && isQuiet && (await isStillQuiet(collections, user, since, users, options)))
      return nothing(newest)
    const last = Math.max(since, await completeAll(user, isUnversioned, options))
    const found = await readChanges(collections, user, { $gt: since, $lte: last }, options, { limit: limit + 1 })
    const { hasMore, until, ...changed } = cut(found, last, limit)
    return { ...(await describe(changed, user, options)), cursor: cursors.toCursor(until), hasMore }
  }

  return {
    async newestCursor() {
      await followUps.finish()
      return cursors.toCursor(await versions.newest())
    },

    async list(userId, cursor, limit) {
      const since = await cursors.toVersion(cursor)
      return inSession((options) => readPage(toId(userId), since, limit, options))
    }
  }
}

function namesOf({ messages, marks, users }: Changes): string[] {
  return [
    ...[...messages, ...users].map(({ _id, revision }) => `${_id} ${revision}`),
    ...marks.map(({ _id, markRevision }) => `${_id} ${markRevision}`)
  ]
}

/** Describes changes by the present state of what has changed. */
function createDescribe(collections: Collections, dialogs: Dialogs) {
  return async ({ messages, marks, users }: ChangesOfUser, user: ObjectId, options: ReadOptions) => {
    const ids = [...messages.map(({ conversationId }) => conversationId), ...marks.map(({ _id }) => _id)]
    const distinct = new Map(ids.map((_id) => [String(_id), _id]))
    const found = collections.conversations.find(
      { _id: { $in: [...distinct.values()] } },
      { ...dialogFields, ...options }
    )
    const byId = new Map(await found.map((dialog) => [String(dialog._id), dialog] as const).toArray())
    const inOrder = [...distinct.keys()].flatMap((_id) => byId.get(_id) ?? [])
    const changedIds = users.map(({ _id }) => _id)
    const [shownDialogs, profiles] = await Promise.all([
      dialogs.describe(inOrder, user, options),
      findProfiles(collections, changedIds, options)
    ])
    // A restore of different moments may lack a dialog.
    const shown = new Set(shownDialogs.map(({ _id }) => _id))
    const told = messages.filter(({ conversationId }) => shown.has(String(conversationId)))
    return {
      messages: told.map((message) => toMessage(message, byId.get(String(message.conversationId)))),
      dialogs: shownDialogs,
      users: profiles
    }
  }
}
