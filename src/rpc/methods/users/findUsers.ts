import { FindUsersParamsSchema, FoundUsersSchema, maxFoundUsers } from '../../../schemas/profile.js'
import type { StoredProfile } from '../../../store/records.js'
import { method } from '../../method.js'
import { serializeUser } from '../../serialize.js'

export default method({
  summary:
    'Up to 30 users whose tag contains a text, or with a word of a name that begins with it, never me. My contacts come first. ' +
    '`""` finds everybody. `users.search` may leave it my contacts alone.',
  params: FindUsersParamsSchema,
  result: FoundUsersSchema,
  limit: 'searches',

  async run({ query }, { user, db, notifier, userSearch }) {
    if (userSearch === 'off') return []
    const text = query.replace(/^@/, '')
    const contacts = await db.users.searchContacts({ tagPart: text, nameStart: text }, user._id, maxFoundUsers)
    const hasRoom = userSearch === 'all' && contacts.length < maxFoundUsers
    const found = hasRoom ? await findOthers() : contacts
    return found.map((one) => serializeUser(one, notifier))

    async function findOthers() {
      const byTag = await db.users.searchByTag(text, user._id, maxFoundUsers)
      const byName = await db.users.searchByName(text, user._id, maxFoundUsers)
      const byId = new Map([...contacts, ...inTurn(byTag, byName)].map((one) => [one._id, one]))
      return [...byId.values()].slice(0, maxFoundUsers)
    }
  }
})

/** Alternates between two lists: many users found by tag leave room for users found by name. */
function inTurn(some: StoredProfile[], others: StoredProfile[]): StoredProfile[] {
  return Array.from({ length: maxFoundUsers }, (_, index) => [some[index], others[index]])
    .flat()
    .filter((profile) => profile !== undefined)
}
