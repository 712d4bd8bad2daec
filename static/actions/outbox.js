import { changeConversation } from '../state/conversations.js'
import { addToOutbox, dropFromOutbox, setProblem, waitingIn } from '../state/outbox.js'
import { createDelivery } from './delivery.js'

// RFC 6455, 7.4.1
const messageTooBig = 1009

/** Creates the actions of the outbox. A message stays there until the server has answered, even across several connections. */
export function createOutboxActions({ store, rpc, dialogs }) {
  const { deliver } = createDelivery({ store, rpc, dialogs })

  return {
    send(text) {
      const receiverTag = store.get().openTag
      const item = { clientMessageId: createClientMessageId(), receiverTag, text, date: Date.now() }
      store.update((state) => ({
        ...changeConversation(addToOutbox(state, item), receiverTag, { firstUnreadSeq: null }),
        drafts: { ...state.drafts, [receiverTag]: '' }
      }))
      deliver(item)
    },

    retry(clientMessageId) {
      store.update((state) => setProblem(state, clientMessageId, null))
      deliver(store.get().outbox.find((item) => item.clientMessageId === clientMessageId))
    },

    discard: (clientMessageId) => store.update((state) => dropFromOutbox(state, clientMessageId)),

    flush() {
      for (const item of waitingIn(store.get())) deliver(item)
    },

    /** Marks the messages as failed after a frame that was too large: they would end the next connection too. */
    giveUpAfter(closeCode) {
      if (closeCode !== messageTooBig) return
      for (const { clientMessageId } of waitingIn(store.get())) {
        store.update((state) => setProblem(state, clientMessageId, 'This is too large for the server.'))
      }
    }
  }
}

/** Creates an id. A page loaded over plain HTTP from another machine does not have `crypto.randomUUID`. */
function createClientMessageId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
