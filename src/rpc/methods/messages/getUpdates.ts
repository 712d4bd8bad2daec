import { GetUpdatesParamsSchema, UpdatesSchema } from '../../../schemas/update.js'
import type { Identity } from '../../../schemas/user.js'
import { method } from '../../method.js'
import { assertPage } from '../../page.js'
import { serializeDialog, serializeMessage, serializeUser } from '../../serialize.js'

export default method({
  summary:
    'What has changed for me after a cursor: new messages, oldest first; the dialogs that they belong to or whose read ' +
    'marks moved, as they are now; contacts (or me) whose data changed. To be called again with the new `cursor` while ' +
    '`hasMore`. Without a cursor it returns the present one.',
  params: GetUpdatesParamsSchema,
  result: UpdatesSchema,
  returnsPage: true,

  async run({ cursor, limit }, { user, db, notifier, maxPageItems }) {
    assertPage(limit, maxPageItems, '/limit')
    if (cursor === undefined) {
      return { messages: [], dialogs: [], users: [], cursor: await db.updates.newestCursor(), hasMore: false }
    }
    const updates = await db.updates.list(user._id, cursor, limit)
    const peers = new Map<string, Identity>(updates.dialogs.map(({ peer }) => [peer._id, peer]))
    return {
      ...updates,
      messages: updates.messages.map((message) => {
        const { senderId, receiverId } = message
        return serializeMessage(message, user, peers.get(senderId === user._id ? receiverId : senderId) as Identity)
      }),
      dialogs: updates.dialogs.map((dialog) => serializeDialog(dialog, user, notifier)),
      users: updates.users.map((changed) => serializeUser(changed, notifier))
    }
  }
})
