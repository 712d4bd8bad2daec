import { AppError } from '../../../errors.js'
import { SendMessageParamsSchema, SentMessageSchema } from '../../../schemas/message.js'
import type { AddedMessage } from '../../../store/store.js'
import { method } from '../../method.js'

export default method({
  summary:
    'Sends a message. The result comes when it is on the disk; with a `clientMessageId` it can be sent again safely.',
  params: SendMessageParamsSchema,
  result: SentMessageSchema,
  mayOverlap: true,
  limit: 'messages',

  async run({ receiverTag, text, clientMessageId }, { user, db, notifier, connection }) {
    if (receiverTag.toLowerCase() === user.tag.toLowerCase()) {
      throw new AppError('invalidParams', 'is the sender', { path: '/receiverTag' })
    }
    const view = ({ message: { _id, seq, date }, receiver }: AddedMessage) => {
      return { _id, senderTag: user.tag, receiverTag: receiver.tag, text, seq, date }
    }
    const added = await db.addMessage({ senderId: user._id, receiverTag, text, clientMessageId }, (added) => {
      if (!added.isUntold) return
      const pushed = view(added)
      notifier.notify(added.receiver._id, 'newMessage', pushed)
      notifier.notify(user._id, 'messageSent', { ...pushed, clientMessageId }, connection)
    })
    const result = { status: 'OK' as const, message: { ...view(added), isRead: false } }
    return added.isDuplicate ? { ...result, duplicate: true } : result
  }
})
