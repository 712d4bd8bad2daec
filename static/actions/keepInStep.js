import { findDialog } from '../state/dialogs.js'

/** Marks as read what is in sight, and asks for the number of unread messages where another window's mark leaves it open. */
export function keepInStep({ store, readMarks, catchUp }) {
  store.watch(
    (state) => ({
      dialog: findDialog(state, state.openTag),
      seenSeq: state.sight.seenSeq,
      isConnected: state.isConnected
    }),
    readMarks.markWhatIsSeen
  )
  store.watch(
    ({ dialogs }) => ({ isGuess: dialogs.some((dialog) => dialog.isGuess) }),
    ({ isGuess }) => isGuess && catchUp.now()
  )
  document.addEventListener('visibilitychange', readMarks.flush)
  window.addEventListener('pagehide', readMarks.flush)
}
