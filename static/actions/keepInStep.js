import { conversationOf, newestSeq } from '../state/conversations.js'
import { findDialog } from '../state/dialogs.js'

/** What is in sight is read; where a message has come that does not join those that are loaded, they are loaded. */
export function keepInStep({ store, conversation, history }) {
  store.watch(
    (state) => ({
      dialog: findDialog(state, state.openTag),
      seenSeq: conversationOf(state, state.openTag).seenSeq,
      isConnected: state.isConnected
    }),
    conversation.markAsReadWhenSeen
  )
  store.watch(
    (state) => ({
      tag: state.openTag,
      lastSeq: findDialog(state, state.openTag)?.lastSeq,
      isCatchingUp: state.isCatchingUp
    }),
    ({ tag, lastSeq, isCatchingUp }) => {
      const { messages, isLoaded } = conversationOf(store.get(), tag)
      if (isLoaded && !isCatchingUp && lastSeq > newestSeq({ messages })) history.closeGap()
    }
  )
}
