import { AppError } from '../../errors.js'
import { SendMessageParamsSchema, SentMessageSchema } from '../../schemas/message.js'
import { method } from '../method.js'

export default method({
  summary:
    'Sends a message. The result comes when it is on the disk; with a `clientMessageId` it can be sent again safely.',
  params: SendMessageParamsSchema,
  result: SentMessageSchema,

  async run({ receiverTag, text, clientMessageId }, { user, db, notifier, connection }) {
    const receiver = await db.findIdentityByTag(receiverTag)
    if (!receiver) throw new AppError('invalidParams', 'is the tag of nobody', { path: '/receiverTag' })
    if (receiver._id === user._id) throw new AppError('invalidParams', 'is the sender', { path: '/receiverTag' })

    const { message, isDuplicate } = await db.addMessage({
      senderId: user._id,
      receiverId: receiver._id,
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
