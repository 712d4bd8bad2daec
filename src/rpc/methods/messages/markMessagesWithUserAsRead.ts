import { MarkAsReadParamsSchema, StatusSchema } from '../../../schemas/message.js'
import { method } from '../../method.js'

const done = { status: 'OK' as const }

export default method({
  summary: 'Marks what a user has sent to me as read: everything up to now, or up to a `seq`. A mark never goes back.',
  params: MarkAsReadParamsSchema,
  result: StatusSchema,

  async run({ senderTag, upToSeq: wantedSeq }, { user, db, notifier, connection }) {
    const sender = await db.users.findByTag(senderTag)
    if (!sender) return done
    const { hasMoved, unreadCount, upToSeq } = await db.dialogs.markAsRead(user._id, sender._id, wantedSeq)
    if (!hasMoved) return done
    // This notification says that everything was read: it cannot name a part.
    if (unreadCount === 0) notifier.notify(sender._id, 'messageWasRead', { receiverTag: user.tag })
    notifier.notify(user._id, 'dialogWasRead', { tag: sender.tag, upToSeq }, connection)
    return done
  }
})
