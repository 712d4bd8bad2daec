import { FindUsersByTagParamsSchema, FoundUsersSchema, maxFoundUsers } from '../../../schemas/profile.js'
import { method } from '../../method.js'
import { serializeUser } from '../../serialize.js'

export default method({
  summary:
    'Up to 30 users whose tag contains a text, never me; `""` finds everybody. `users.search` may leave it my contacts alone.',
  params: FindUsersByTagParamsSchema,
  result: FoundUsersSchema,
  limit: 'searches',

  async run({ tag }, { user, db, notifier, userSearch }) {
    if (userSearch === 'off') return []
    const tagPart = tag.replace(/^@/, '')
    const isForContacts = userSearch === 'contacts'
    const found = isForContacts
      ? await db.users.searchContacts({ tagPart }, user._id, maxFoundUsers)
      : await db.users.searchByTag(tagPart, user._id, maxFoundUsers)
    return found.map((one) => serializeUser(one, notifier))
  }
})
