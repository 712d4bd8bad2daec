import { addDialogs, findDialog } from '../state/dialogs.js'
import { applyNotification, peerOf } from '../state/notifications.js'

const pageItems = 30
const maxPageItems = 500
// Somebody's dialog may be as far down in the list as this many pages.
const maxPages = 20

export function createDialogActions({ store, rpc, report }) {
  let loading
  let isStale = false

  async function load(startIndex, endIndex) {
    const page = await rpc.call('getDialogsList', startIndex, endIndex)
    const paging = { isFirst: startIndex === 0, hasMore: page.length === endIndex - startIndex }
    store.update((state) => addDialogs(state, page, paging))
  }

  /** As many as there are already, once more. One at a time; what is asked for meanwhile comes after. */
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

  /** Loads the list until the dialog with somebody is there. */
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

    /** Takes a notification; of a stranger's first message the dialog has to be asked for. */
    receive(notification) {
      store.update((state) => applyNotification(state, notification))
      const { self } = store.get()
      const isMessage = self && 'receiverTag' in notification.body && 'senderTag' in notification.body
      if (isMessage && !findDialog(store.get(), peerOf(notification.body, self))) refresh()
    }
  }
}
