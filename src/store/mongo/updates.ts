import type { Store } from '../store.js'
import type { Changes, ChangesOfUser, Page } from './changes.js'
import type { Collections, ConversationDocument } from './collections.js'
import type { Cursors } from './cursors.js'
import type { Dialogs } from './dialogs.js'
import { toMessage } from './messages.js'
import type { ProfileChanges } from './profileChanges.js'
import type { Settler } from './settler.js'
import { findProfiles } from './users.js'
import type { Versions } from './versions.js'

interface Parts {
  versions: Versions
  cursors: Cursors
  dialogs: Dialogs
  settler: Settler
  changes: Changes
  profileChanges: Pick<ProfileChanges, 'tellAll'>
}

// What is pending after so many looks is so new that it may come with the next page.
const maxLooks = 3

type Updates = Pick<Store, 'newestCursor' | 'listUpdates'>

/** The changes after the version of a cursor, in the order of their versions. */
export function createUpdates(collections: Collections, parts: Parts): Updates {
  const { conversations } = collections
  const { versions, cursors, dialogs, settler, changes } = parts

  async function describe({ messages, marks, profiles }: ChangesOfUser, userId: string) {
    const ids = new Map(
      [...messages.map(({ conversationId }) => conversationId), ...marks.map(({ _id }) => _id)].map((_id) => [
        String(_id),
        _id
      ])
    )
    const found = conversations.find({ _id: { $in: [...ids.values()] } }, { projection: { journal: 0 } })
    const byId = new Map(await found.map((dialog) => [String(dialog._id), dialog] as const).toArray())
    const dialogOf = (_id: unknown) => byId.get(String(_id)) as ConversationDocument
    const [views, changedUsers] = await Promise.all([
      dialogs.view([...ids.keys()].map(dialogOf), userId),
      findProfiles(
        collections,
        profiles.map(({ _id }) => _id)
      )
    ])
    return {
      messages: messages.map((message) => toMessage(dialogOf(message.conversationId), message)),
      dialogs: views,
      users: changedUsers
    }
  }

  return {
    async newestCursor() {
      await settler.finish()
      return cursors.toCursor(await versions.newest())
    },

    async listUpdates(userId, cursor, limit) {
      const since = await cursors.toVersion(cursor)
      const page: Page = { since, until: await findSettledVersion(parts, userId), limit }
      const { hasMore, until, ...changed } = await changes.find(userId, page)
      return { ...(await describe(changed, userId)), cursor: cursors.toCursor(until), hasMore }
    }
  }
}

/** A version up to which everything that concerns a user can be seen: read before it is known that nothing is pending. */
async function findSettledVersion({ versions, dialogs, profileChanges }: Parts, userId: string): Promise<number> {
  const look = async () => {
    const hasTold = await profileChanges.tellAll()
    return (await dialogs.settle(userId)) || hasTold
  }
  // What was acknowledged before, and has perhaps no version yet, has one below the next that is read.
  await look()
  let version: number
  let isPending: boolean
  let looks = 0
  do {
    version = await versions.newest()
    isPending = await look()
    looks++
  } while (isPending && looks < maxLooks)
  return version
}
