import { findDialog, markRead } from '../state/dialogs.js'
import { patiently } from './patiently.js'

const restMs = 300

/** Marks as read what has been in sight of the open conversation: at once, then again only after a rest. */
export function createReadMarks({ store, rpc, report }) {
  let timer

  function mark() {
    const state = store.get()
    const { openTag: tag, sight, isConnected } = state
    const dialog = findDialog(state, tag)
    const isNews = dialog?.unreadIncoming > 0 && sight.seenSeq > dialog.readSeq
    if (!isNews || !isConnected) return false
    store.update((present) => markRead(present, tag, sight.seenSeq))
    patiently(() => rpc.call('markMessagesWithUserAsRead', tag, sight.seenSeq)).catch(report)
    return true
  }

  function markAndRest() {
    timer = mark() ? setTimeout(markAndRest, restMs) : undefined
  }

  return {
    markWhatIsSeen: () => timer ?? markAndRest(),

    /** Does not wait: the conversation, or the page, is about to be left. */
    flush: () => mark()
  }
}
