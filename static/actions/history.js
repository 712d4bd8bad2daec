import { addPage, changeConversation, conversationOf, hasOlder, newestSeq } from '../state/conversations.js'
import { findDialog } from '../state/dialogs.js'
import { goTo, hasNewer } from '../state/reading.js'
import { withRetry } from './retry.js'

const pageItems = 60
const readItemsBefore = 30
const maxPageItems = 500

/** Creates the loading of history: around the first unread message or at the end, and further as the user scrolls. */
export function createHistoryActions({ store, rpc, dialogs, report }) {
  const pages = createPages({ store, rpc })

  async function goToEnd(tag, at) {
    const page = await pages.newest(tag, pageItems)
    store.update((state) => goTo(state, tag, page, at))
  }

  return {
    ...createPaging({ store, pages, report }),

    /** Loads the list down to the dialog, because only the list gives its unread count. */
    async loadStart(tag) {
      const isListed = findDialog(store.get(), tag) || !store.get().dialogsPaging.hasMore
      if (!isListed && (await pages.newest(tag, 1)).length > 0) await dialogs.loadUntil(tag)
      const state = store.get()
      const dialog = findDialog(state, tag)
      if (conversationOf(state, tag).isLoaded) return
      if (!dialog?.unreadIncoming) return goToEnd(tag, 'unread')
      const page = await pages.unread(tag, dialog)
      store.update((present) => goTo(present, tag, page, 'unread'))
    },

    jumpToEnd() {
      const { openTag: tag, isConnected } = store.get()
      if (isConnected) goToEnd(tag, 'end').catch(report)
    }
  }
}

/** Creates the calls that load messages in the format of the protocol, oldest first. */
function createPages({ store, rpc }) {
  const range = (tag, fromSeq, toSeq) => withRetry(() => rpc.call('getMessagesBySeq', tag, fromSeq, toSeq))

  return {
    range,
    newest: async (tag, count) => (await withRetry(() => rpc.call('getMessagesWithUser', tag, 0, count))).reverse(),

    /** Finds the first unread message. It may be far beyond the read mark, because own messages do not move the mark. */
    async unread(tag, { readSeq, lastSeq }) {
      const { self } = store.get()
      const hasUnread = (page) => page.some(({ senderTag, seq }) => senderTag !== self.tag && seq > readSeq)
      let toSeq = readSeq + pageItems
      let page = await range(tag, Math.max(1, readSeq + 1 - readItemsBefore), toSeq)
      while (toSeq < lastSeq && !hasUnread(page)) {
        page = await range(tag, toSeq + 1, toSeq + maxPageItems)
        toSeq += maxPageItems
      }
      return page
    }
  }
}

/** Creates the loading of the messages before and after the loaded ones. */
function createPaging({ store, pages, report }) {
  /** @param side `older` or `newer` */
  async function load(side, fromSeq, toSeq) {
    const { openTag: tag } = store.get()
    store.update((state) => changeConversation(state, tag, { [side]: 'loading' }))
    try {
      const page = await pages.range(tag, fromSeq, toSeq)
      store.update((state) => addPage(state, tag, page))
    } catch (error) {
      store.update((state) => changeConversation(state, tag, { [side]: 'failed' }))
      report(error)
    }
  }

  const mayLoad = ({ isConnected, isCatchingUp }) => isConnected && !isCatchingUp
  const openOne = (state) => conversationOf(state, state.openTag)

  return {
    loadOlder() {
      const state = store.get()
      const conversation = openOne(state)
      if (!mayLoad(state) || conversation.older === 'loading' || !hasOlder(conversation)) return
      const [{ seq }] = conversation.messages
      load('older', Math.max(1, seq - pageItems), seq - 1)
    },

    loadNewer() {
      const state = store.get()
      const conversation = openOne(state)
      if (!mayLoad(state) || conversation.newer === 'loading' || !hasNewer(state, state.openTag)) return
      const lastSeq = newestSeq(conversation)
      load('newer', lastSeq + 1, lastSeq + pageItems)
    },

    /** Lets the view retry a load that failed over the last connection. */
    resume() {
      const { openTag } = store.get()
      if (openTag) store.update((state) => changeConversation(state, openTag, { older: 'idle', newer: 'idle' }))
    }
  }
}
