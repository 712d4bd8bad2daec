import { MarkAsReadParamsSchema, StatusSchema } from '../../schemas/message.js'
import { method } from '../method.js'

const done = { status: 'OK' as const }

export default method({
  summary: 'Marks everything up to now that a user has sent to me as read.',
  params: MarkAsReadParamsSchema,
  result: StatusSchema,

  async run({ senderTag }, { user, db, notifier, connection }) {
    const sender = await db.findIdentityByTag(senderTag)
    if (!sender) return done
    const { readCount, upToSeq } = await db.markAsRead(user._id, sender._id)
    if (readCount === 0) return done
    notifier.notify(sender._id, 'messageWasRead', { receiverTag: user.tag })
    notifier.notify(user._id, 'dialogWasRead', { tag: sender.tag, upToSeq }, connection)
    return done
  }
})
