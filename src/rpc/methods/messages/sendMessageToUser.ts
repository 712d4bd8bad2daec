import { AppError } from '../../../errors.js'
import { SendMessageParamsSchema, SentMessageSchema } from '../../../schemas/message.js'
import { method } from '../../method.js'

export default method({
  summary:
    'Sends a message. The result comes when it is on the disk; with a `clientMessageId` it can be sent again safely.',
  params: SendMessageParamsSchema,
  result: SentMessageSchema,
  mayOverlap: true,
  limit: 'messages',

  async run({ receiverTag, text, clientMessageId }, { user, db, connection }) {
    if (receiverTag.toLowerCase() === user.tag.toLowerCase()) {
      throw new AppError('invalidParams', 'is the sender', { path: '/receiverTag' })
    }
    const added = await db.messages.add({ sender: user, receiverTag, text, clientMessageId, origin: connection })
    const { message, receiver, isDuplicate } = added
    const { _id, seq, date } = message
    const sent = { _id, senderTag: user.tag, receiverTag: receiver.tag, text, seq, date, isRead: false }
    return { status: 'OK' as const, message: sent, ...(isDuplicate && { duplicate: true }) }
  }
})
