import { FindUsersParamsSchema, FoundUsersSchema, maxFoundUsers } from '../../schemas/profile.js'
import { method } from '../method.js'
import { viewUser } from '../views.js'

export default method({
  summary: 'Up to 30 users whose tag contains a text, never me; `""` finds everybody.',
  params: FindUsersParamsSchema,
  result: FoundUsersSchema,
  limit: 'searches',

  async run({ tag }, { user, db, notifier }) {
    const found = await db.findUsersByTag(tag.replace(/^@/, ''), user._id, maxFoundUsers)
    return found.map((one) => viewUser(one, notifier))
  }
})
