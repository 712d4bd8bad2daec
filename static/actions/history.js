import { addPage, changeConversation, conversationOf, hasOlder, newestSeq } from '../state/conversations.js'
import { findDialog } from '../state/dialogs.js'

const pageItems = 60
const maxPageItems = 500

/** Which messages of a conversation are loaded: the newest ones, and whatever comes before them as one scrolls. */
export function createHistoryActions({ store, rpc, report }) {
  /** So many that the first unread one is among them, and something before it. */
  async function loadNewest(tag) {
    const dialog = findDialog(store.get(), tag)
    const unread = dialog?.unreadIncoming ? dialog.lastSeq - dialog.readSeq : 0
    const count = Math.min(maxPageItems, unread + pageItems)
    const page = await rpc.call('getMessagesWithUser', tag, 0, count)
    store.update((state) => addPage(state, tag, page))
  }

  async function loadRange(tag, fromSeq, toSeq) {
    const range = await rpc.call('getMessagesBySeq', tag, fromSeq, toSeq)
    store.update((state) => addPage(state, tag, range.reverse()))
  }

  return {
    loadNewest,

    /** When a message has come that does not join those that are loaded. */
    closeGap() {
      const state = store.get()
      const { openTag: tag, isConnected } = state
      if (!isConnected) return
      const fromSeq = newestSeq(conversationOf(state, tag)) + 1
      const toSeq = findDialog(state, tag).lastSeq
      const load = toSeq - fromSeq < maxPageItems ? loadRange(tag, fromSeq, toSeq) : loadNewest(tag)
      load.catch(report)
    },

    async loadOlder() {
      const { openTag: tag, isConnected } = store.get()
      const conversation = conversationOf(store.get(), tag)
      if (!isConnected || conversation.older === 'loading' || !hasOlder(conversation)) return
      const firstSeq = conversation.messages[0].seq
      store.update((state) => changeConversation(state, tag, { older: 'loading' }))
      try {
        await loadRange(tag, Math.max(1, firstSeq - pageItems), firstSeq - 1)
      } catch (error) {
        store.update((state) => changeConversation(state, tag, { older: 'failed' }))
        report(error)
      }
    }
  }
}
