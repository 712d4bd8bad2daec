import { findDialog } from '../state/dialogs.js'

/** What is in sight is marked as read; how many are unread is asked for where another window's mark leaves it open. */
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
