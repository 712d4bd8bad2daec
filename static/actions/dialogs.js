import { addDialogs, findDialog } from '../state/dialogs.js'
import { applyNotification, peerOf } from '../state/notifications.js'

const pageItems = 30
const maxPageItems = 500
// A search for one dialog in the list ends after this many pages.
const maxPages = 20

export function createDialogActions({ store, rpc, report }) {
  let loading
  let isStale = false

  async function load(startIndex, endIndex) {
    const page = await rpc.call('getDialogsList', startIndex, endIndex)
    const paging = { isFirst: startIndex === 0, hasMore: page.length === endIndex - startIndex }
    store.update((state) => addDialogs(state, page, paging))
  }

  /** Loads again as many dialogs as are shown. Only one load runs at a time; a request during it starts another one afterwards. */
  async function loadFirst() {
    const count = Math.min(maxPageItems, Math.max(pageItems, store.get().dialogs.length))
    isStale = false
    loading = load(0, count).finally(() => (loading = undefined))
    await loading
    if (isStale) await loadFirst()
  }

  function refresh() {
    isStale = true
    if (!loading) loadFirst().catch(report)
  }

  /** Loads pages of the list until they contain the dialog with this user. */
  async function loadUntil(tag) {
    for (let pages = 0; pages < maxPages; pages++) {
      await loading
      const { dialogs, dialogsPaging } = store.get()
      if (findDialog(store.get(), tag) || !dialogsPaging.hasMore) return
      await load(dialogs.length, dialogs.length + maxPageItems)
    }
  }

  return {
    loadFirst,
    loadUntil,
    refresh,

    loadMore() {
      const { dialogs, dialogsPaging, isConnected } = store.get()
      if (loading || !isConnected || !dialogsPaging.hasMore) return
      loading = load(dialogs.length, dialogs.length + pageItems)
        .catch(report)
        .finally(() => {
          loading = undefined
          if (isStale) refresh()
        })
    },

    /** Applies a notification. The first message of an unknown user makes the page load the dialog. */
    receive(notification) {
      store.update((state) => applyNotification(state, notification))
      const { self } = store.get()
      const isMessage = self && 'receiverTag' in notification.body && 'senderTag' in notification.body
      if (isMessage && !findDialog(store.get(), peerOf(notification.body, self))) refresh()
    }
  }
}
