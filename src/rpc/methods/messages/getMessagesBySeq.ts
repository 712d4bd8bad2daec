import { GetMessagesBySeqParamsSchema, MessagesSchema } from '../../../schemas/message.js'
import { method } from '../../method.js'
import { assertRange } from '../../page.js'
import { serializeMessage } from '../../serialize.js'

export default method({
  summary: 'The messages of a dialog from one `seq` to another, both included, oldest first.',
  params: GetMessagesBySeqParamsSchema,
  result: MessagesSchema,
  returnsPage: true,

  async run({ receiverTag, ...range }, { user, db, maxPageItems }) {
    assertRange(range, maxPageItems)
    const peer = await db.users.findByTag(receiverTag)
    if (!peer) return []
    const messages = await db.messages.listBySeq(user._id, peer._id, range.fromSeq, range.toSeq)
    return messages.map((message) => serializeMessage(message, user, peer))
  }
})
