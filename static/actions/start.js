import { conversationOf, newestSeq, showNews } from '../state/conversations.js'
import { seenIn } from '../state/reading.js'
import { change, enterSession } from '../state/session.js'

/** What follows every opening of the connection: the page begins, or goes on where the last connection has ended. */
export function createStart({ store, rpc, route, outbox, catchUp, dialogs, conversation, history, search, drafts }) {
  async function begin(cursor) {
    const self = await rpc.call('getSelfInfo')
    store.update((state) => enterSession(state, { self, cursor, savedDrafts: drafts.load(self._id) }))
    outbox.flush()
    await dialogs.loadFirst()
    conversation.open(route.current())
  }

  /** What waits to be sent goes first, so that the updates have it. Who is online is in no update: the list tells. */
  async function goOn(cursor) {
    store.update(change({ isConnected: true }))
    outbox.flush()
    const { openTag } = store.get()
    const lastSeq = newestSeq(conversationOf(store.get(), openTag))
    const hadSeenAll = seenIn(store.get()) >= lastSeq
    if (!(await catchUp.all())) return begin(cursor)
    if (hadSeenAll) store.update((state) => showNews(state, openTag, lastSeq))
    history.resume()
    await dialogs.loadFirst()
    if (!conversationOf(store.get(), store.get().openTag).isLoaded) conversation.open(route.current())
  }

  return async function start({ tag, cursor }) {
    const { phase, self } = store.get()
    await (phase === 'messenger' && self.tag === tag ? goOn(cursor) : begin(cursor))
    search.repeat()
  }
}
