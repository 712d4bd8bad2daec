import { findDialog } from '../state/dialogs.js'

/** Marks visible messages as read. After another window's mark it asks the server for the unread count, if that is unknown. */
export function syncReadMarks({ store, readMarks, catchUp }) {
  store.watch(
    (state) => ({
      dialog: findDialog(state, state.openTag),
      seenSeq: state.viewport.seenSeq,
      isConnected: state.isConnected
    }),
    readMarks.markSeen
  )
  store.watch(
    (state) => ({ guesses: guessesIn(state) }),
    ({ guesses }) => guesses !== '' && catchUp.afterCurrentRead()
  )
  document.addEventListener('visibilitychange', readMarks.flush)
  window.addEventListener('pagehide', readMarks.flush)
}

/** Returns a text that changes with each guessed count, even with a second one in the same dialog. */
function guessesIn({ dialogs }) {
  const guesses = dialogs.filter(({ isGuess }) => isGuess)
  return guesses.map(({ tag, readSeq }) => `${tag} ${readSeq}`).join()
}
