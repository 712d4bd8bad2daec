import { NoParamsSchema } from '../../../schemas/profile.js'
import { type SelfInfo, SelfInfoSchema } from '../../../schemas/user.js'
import { method } from '../../method.js'
import { serializeSelf } from '../../serialize.js'

export default method({
  summary: 'Who I am.',
  params: NoParamsSchema,
  result: SelfInfoSchema,

  async run(_params, { user, db }) {
    return serializeSelf((await db.users.findById(user._id)) as SelfInfo)
  }
})
