import { GetMessagesParamsSchema, MessagesSchema } from '../../../schemas/message.js'
import { method } from '../../method.js'
import { assertSlice } from '../../page.js'
import { serializeMessage } from '../../serialize.js'

export default method({
  summary: 'A slice [startIndex, endIndex) of a dialog, newest message first; empty when there is none.',
  params: GetMessagesParamsSchema,
  result: MessagesSchema,
  returnsPage: true,

  async run({ receiverTag, ...slice }, { user, db, maxPageItems }) {
    assertSlice(slice, maxPageItems)
    const peer = await db.users.findByTag(receiverTag)
    if (!peer) return []
    const messages = await db.messages.list(user._id, peer._id, slice.startIndex, slice.endIndex)
    return messages.map((message) => serializeMessage(message, user, peer))
  }
})
