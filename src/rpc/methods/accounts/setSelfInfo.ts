import { AppError } from '../../../errors.js'
import { SetSelfInfoParamsSchema } from '../../../schemas/profile.js'
import { type SelfInfo, SelfInfoSchema } from '../../../schemas/user.js'
import { method } from '../../method.js'

export default method({
  summary: 'Changes my name or picture and returns the whole. A change that changes nothing is refused.',
  params: SetSelfInfoParamsSchema,
  result: SelfInfoSchema,

  async run({ firstName, lastName, img }, { user, db, notifier, connection }) {
    const present = (await db.users.findById(user._id)) as SelfInfo
    const wishes = { firstName: firstName.normalize('NFC'), lastName: lastName.normalize('NFC'), img }
    const changes = Object.fromEntries(
      Object.entries(wishes).filter(([field, wish]) => wish !== '' && wish !== present[field as keyof typeof wishes])
    )
    if (Object.keys(changes).length === 0) throw new AppError('invalidParams', 'changes nothing')
    const changed = await db.users.update(user._id, changes)
    notifier.notify(user._id, 'selfInfoChanged', changes, connection)
    await notifier.notifyContacts(user._id, 'contactPersonalDataChanges', { tag: user.tag, ...changes })
    return changed
  }
})
