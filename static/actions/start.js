import { conversationOf, newestSeq, showNews } from '../state/conversations.js'
import { seenIn } from '../state/reading.js'
import { change, enterSession } from '../state/session.js'

/** Creates the function that runs after each connect. It starts a session or continues the one of the last connection. */
export function createStart({ store, rpc, route, outbox, catchUp, dialogs, conversation, history, search, drafts }) {
  async function beginSession(cursor) {
    const self = await rpc.call('getSelfInfo')
    store.update((state) => enterSession(state, { self, cursor, savedDrafts: drafts.load(self._id) }))
    outbox.flush()
    await dialogs.loadFirst()
    conversation.open(route.current())
  }

  /** Sends the outbox first, so that the updates include it. Updates do not say which users are online; the dialog list does. */
  async function continueSession(cursor) {
    store.update(change({ isConnected: true }))
    outbox.flush()
    const { openTag } = store.get()
    const lastSeq = newestSeq(conversationOf(store.get(), openTag))
    const hadSeenAll = seenIn(store.get()) >= lastSeq
    if (!(await catchUp.all())) return beginSession(cursor)
    if (hadSeenAll) store.update((state) => showNews(state, openTag, lastSeq))
    history.resume()
    await dialogs.loadFirst()
    if (!conversationOf(store.get(), store.get().openTag).isLoaded) conversation.open(route.current())
  }

  return async function start({ tag, cursor }) {
    const { phase, self } = store.get()
    await (phase === 'messenger' && self.tag === tag ? continueSession(cursor) : beginSession(cursor))
    search.repeat()
  }
}
