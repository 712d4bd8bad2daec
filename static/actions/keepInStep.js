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
    (state) => ({ guesses: guessesIn(state) }),
    ({ guesses }) => guesses !== '' && catchUp.afterPresentRead()
  )
  document.addEventListener('visibilitychange', readMarks.flush)
  window.addEventListener('pagehide', readMarks.flush)
}

/** Names the guesses, so that a further mark of the same dialog is a change, too. */
function guessesIn({ dialogs }) {
  const guesses = dialogs.filter(({ isGuess }) => isGuess)
  return guesses.map(({ tag, readSeq }) => `${tag} ${readSeq}`).join()
}
