import { FindUsersParamsSchema, FoundUsersSchema, maxFoundUsers } from '../../schemas/profile.js'
import { method } from '../method.js'
import { viewUser } from '../views.js'

export default method({
  params: FindUsersParamsSchema,
  result: FoundUsersSchema,

  async run({ tag }, { user, db, notifier }) {
    const found = await db.findUsersByTag(tag.replace(/^@/, ''), user._id, maxFoundUsers)
    return found.map((one) => viewUser(one, notifier))
  }
})
