import { NoParamsSchema } from '../../schemas/profile.js'
import { type SelfInfo, SelfInfoSchema } from '../../schemas/user.js'
import { method } from '../method.js'

export default method({
  summary: 'Who I am.',
  params: NoParamsSchema,
  result: SelfInfoSchema,

  async run(_params, { user, db }) {
    const { _id, tag, firstName, lastName, img } = (await db.findUserById(user._id)) as SelfInfo
    return { _id, tag, firstName, lastName, img }
  }
})
