import { findDialog, markRead } from '../state/dialogs.js'
import { withRetry } from './retry.js'

const throttleMs = 300

/** Creates the read marks of the open conversation. The first mark is sent at once, further ones are throttled. */
export function createReadMarks({ store, rpc, report }) {
  let timer

  function mark() {
    const state = store.get()
    const { openTag: tag, viewport, isConnected } = state
    const dialog = findDialog(state, tag)
    const isNews = dialog?.unreadIncoming > 0 && viewport.seenSeq > dialog.readSeq
    if (!isNews || !isConnected) return false
    store.update((present) => markRead(present, tag, viewport.seenSeq))
    withRetry(() => rpc.call('markMessagesWithUserAsRead', tag, viewport.seenSeq)).catch(report)
    return true
  }

  function markThrottled() {
    timer = mark() ? setTimeout(markThrottled, throttleMs) : undefined
  }

  return {
    markSeen: () => timer ?? markThrottled(),

    /** Sends the mark at once, because the user is about to leave the conversation or the page. */
    flush: () => mark()
  }
}
