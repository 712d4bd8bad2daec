import { AppError } from '../../errors.js'
import { SendMessageParamsSchema, SentMessageSchema } from '../../schemas/message.js'
import { method } from '../method.js'

export default method({
  summary:
    'Sends a message. The result comes when it is on the disk; with a `clientMessageId` it can be sent again safely.',
  params: SendMessageParamsSchema,
  result: SentMessageSchema,
  mayOverlap: true,

  async run({ receiverTag, text, clientMessageId }, { user, db, notifier, connection }) {
    if (receiverTag.toLowerCase() === user.tag.toLowerCase()) {
      throw new AppError('invalidParams', 'is the sender', { path: '/receiverTag' })
    }
    const { message, receiver, isDuplicate } = await db.addMessage({
      senderId: user._id,
      receiverTag,
      text,
      clientMessageId
    })
    const { _id, seq, date } = message
    const pushed = { _id, senderTag: user.tag, receiverTag: receiver.tag, text, seq, date }
    const result = { status: 'OK' as const, message: { ...pushed, isRead: false } }
    if (isDuplicate) return { ...result, duplicate: true }

    notifier.notify(receiver._id, 'newMessage', pushed)
    notifier.notify(user._id, 'messageSent', { ...pushed, clientMessageId }, connection)
    return result
  }
})
